//! Mistake: all six worked at once: the permits were given back before the work began
async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    let permit = permits.acquire().await;
    say!("works");
    drop(permit);
    sleep(ms(100)).await;
}
