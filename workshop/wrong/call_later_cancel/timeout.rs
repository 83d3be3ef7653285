//! Mistake: b was called all the same: the runtime owns the task, not the holder of its handle
async fn program() {
    let a = call_later(300, "a");
    let b = call_later(200, "b");
    let c = call_later(100, "c");
    sleep(ms(150)).await;
    say!("cancel b");
    let _ = tokio::time::timeout(ms(0), b).await;
    c.await.expect("c is called");
    a.await.expect("a is called");
}
