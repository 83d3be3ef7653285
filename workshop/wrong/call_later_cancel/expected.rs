//! Mistake: a task that is cancelled gives an error to the one that awaits it
async fn program() {
    let a = call_later(300, "a");
    let b = call_later(200, "b");
    let c = call_later(100, "c");
    sleep(ms(150)).await;
    say!("cancel b");
    b.abort();
    for callback in [c, b, a] {
        callback.await.unwrap();
    }
}
