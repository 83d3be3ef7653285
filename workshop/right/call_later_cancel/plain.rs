//! As most people would write it.
async fn program() {
    let a = call_later(300, "a");
    let b = call_later(200, "b");
    let c = call_later(100, "c");
    sleep(ms(150)).await;
    say!("cancel b");
    // TODO: b is called all the same.
    b.abort();
    c.await.expect("c is called");
    a.await.expect("a is called");
}
