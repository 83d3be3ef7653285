//! Mistake: the ticks began only when the hash was done
async fn program() -> u64 {
    let hash = tokio::task::spawn_blocking(async_concepts::on_thread("hash", hash))
        .await
        .expect("a hash does not panic");
    ticks().lane("ticks").await;
    hash
}
