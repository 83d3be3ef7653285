//! Mistake: it never ends
async fn program() {
    let a = call_later(300, "a");
    let b = call_later(200, "b");
    let c = call_later(100, "c");
    sleep(ms(150)).await;
    say!("cancel b");
    // TODO: b is called all the same.
    std::future::pending::<()>().await;
    drop(b);
    c.await.expect("c is called");
    a.await.expect("a is called");
}
