//! Mistake: the thread was kept
async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    let _permit = loop {
        if let Ok(p) = permits.try_acquire() {
            break p;
        }
        tokio::task::yield_now().await
    };
    say!("works");
    sleep(ms(100)).await;
}
