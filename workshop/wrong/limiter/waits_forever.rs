//! Mistake: it never ends
async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    std::future::pending::<()>().await;
    let _ = permits.acquire().await;
    say!("works");
    sleep(ms(100)).await;
}
