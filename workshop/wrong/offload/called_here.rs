//! Mistake: what is for another thread was called on this one
use async_concepts::on_thread;

async fn login() -> u64 {
    let work = on_thread("hash", hash);
    work()
}
