//! Mistake: only one worked at a time
async fn job(permits: &Semaphore) {
    let _permit = permits.acquire_many(2).await;
    say!("works");
    sleep(ms(100)).await;
}
