//! Mistake: this thread computed the hash, or waited for it without giving way
async fn login() -> u64 {
    std::thread::spawn(async_concepts::on_thread("hash", hash)).join().unwrap()
}
