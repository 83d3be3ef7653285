//! As most people would write it.
async fn login() -> u64 {
    // TODO: let the hash be computed on another thread, and await it here.
    tokio::task::spawn_blocking(async_concepts::on_thread("hash", hash)).await.unwrap()
}
