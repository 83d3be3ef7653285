//! Mistake: the job stopped at a step of its own, not when it was told to
fn job(_stop: &AtomicBool, done: &AtomicU64) {
    for _ in 0..3 {
        block(ms(20));
        done.fetch_add(1, Ordering::SeqCst);
    }
}
