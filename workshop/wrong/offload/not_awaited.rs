//! Mistake: nothing waited for the hash
async fn login() -> u64 {
    tokio::task::spawn_blocking(async_concepts::on_thread("hash", hash));
    0
}
