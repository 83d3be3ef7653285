//! Mistake: the thread slept, as with `std::thread::sleep`, and no future could run meanwhile
async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    let _permit = permits.acquire().await;
    say!("works");
    std::thread::sleep(ms(100));
}
