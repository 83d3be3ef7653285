//! Mistake: login panicked
async fn login() -> u64 {
    // TODO: let the hash be computed on another thread, and await it here.
    todo!();
    hash()
}
