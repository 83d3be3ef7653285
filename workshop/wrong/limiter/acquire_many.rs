//! Mistake: only one worked at a time
async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    let _permit = permits.acquire_many(2).await;
    say!("works");
    sleep(ms(100)).await;
}
