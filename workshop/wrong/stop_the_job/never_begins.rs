//! Mistake: the job was stopped before it had done what it could
fn job(_stop: &AtomicBool, _done: &AtomicU64) {}
