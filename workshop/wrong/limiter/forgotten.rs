//! Mistake: the permits were never given back
async fn job(permits: &Semaphore) {
    permits.acquire().await.expect("it is never closed").forget();
    say!("works");
    sleep(ms(100)).await;
}
