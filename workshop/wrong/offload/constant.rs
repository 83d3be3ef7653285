//! Mistake: the hash was not computed: the result is a constant
async fn login() -> u64 {
    // TODO: let the hash be computed on another thread, and await it here.
    let _ = hash;
    sleep(ms(90)).await;
    0xcafe
}
