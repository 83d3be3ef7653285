//! As most people would write it.
async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    let _permit = permits.acquire().await;
    say!("works");
    sleep(ms(100)).await;
}
