//! Mistake: the hash kept the thread, and the ticks came late
async fn login() -> u64 {
    tokio::spawn(async { hash() }.lane("hash")).await.expect("a hash does not panic")
}
