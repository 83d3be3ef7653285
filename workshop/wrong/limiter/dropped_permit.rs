//! Mistake: all six worked at once: the permits were given back before the work began
async fn job(permits: &Semaphore) {
    let permit = permits.acquire().await;
    drop(permit);
    say!("works");
    sleep(ms(100)).await;
}
