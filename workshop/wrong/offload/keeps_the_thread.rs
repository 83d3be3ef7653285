//! Mistake: the thread was kept
async fn login() -> u64 {
    // TODO: let the hash be computed on another thread, and await it here.
    std::thread::sleep(std::time::Duration::from_millis(6000));
    hash()
}
