//! Mistake: the job went on to its end: `abort` does not stop a thread
fn job(stop: &AtomicBool, done: &AtomicU64) {
    if stop.load(Ordering::SeqCst) {
        return;
    }
    for _ in 0..10 {
        block(ms(20));
        done.fetch_add(1, Ordering::SeqCst);
    }
}
