//! Mistake: the hash kept the thread, and the ticks came late
async fn login() -> u64 {
    // TODO: let the hash be computed on another thread, and await it here.
    tokio::task::yield_now().await;
    hash()
}
