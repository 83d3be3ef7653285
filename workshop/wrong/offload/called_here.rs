//! Mistake: this thread computed the hash, or waited for it without giving way
use async_concepts::on_thread;

async fn login() -> u64 {
    let work = on_thread("hash", hash);
    work()
}
