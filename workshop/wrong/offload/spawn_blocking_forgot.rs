//! Mistake: nothing waited for the hash
async fn login() -> u64 {
    // TODO: let the hash be computed on another thread, and await it here.
    let h = tokio::task::spawn_blocking(hash);
    drop(h);
    0xcafe
}
