//! Mistake: the job was stopped before it had done what it could
fn job(stop: &AtomicBool, done: &AtomicU64) {
    for _ in 0..10 {
        block(ms(20));
        if stop.load(Ordering::SeqCst) {
            return;
        }
        done.fetch_add(1, Ordering::SeqCst);
    }
}

async fn program() -> u64 {
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let (their_stop, their_done) = (stop.clone(), done.clone());
    let _handle = spawn_blocking(on_thread("job", move || job(&their_stop, &their_done)));
    sleep(ms(given(50))).await;
    stop.store(true, Ordering::SeqCst);
    sleep(ms(250)).await;
    done.load(Ordering::SeqCst)
}
