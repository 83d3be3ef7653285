//! Mistake: it was not asked, it was aborted, and what it had done is lost
async fn program() -> u32 {
    let token = CancellationToken::new();
    let worker = spawn(work(token.clone()).lane("worker"));
    sleep(ms(250)).await;
    say!("stop");
    worker.abort();
    worker.await.unwrap()
}
