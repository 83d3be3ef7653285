//! `abort` of a task that has ended does nothing.
async fn program() {
    let a = call_later(300, "a");
    let b = call_later(200, "b");
    let c = call_later(100, "c");
    sleep(ms(250)).await;
    say!("cancel b");
    b.abort();
    c.await.expect("c is called");
    a.await.expect("a is called");
}
