//! The guard sets the flag when it is dropped, and that happens in either case.
use async_concepts::say;

struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn job(stop: &AtomicBool, done: &AtomicU64) {
    for _ in 0..10 {
        if stop.load(Ordering::SeqCst) {
            say!("stopped");
            return;
        }
        block(ms(20));
        done.fetch_add(1, Ordering::SeqCst);
    }
}

async fn program() -> u64 {
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let (their_stop, their_done) = (stop.clone(), done.clone());
    let guard = Stop(stop);
    let handle = spawn_blocking(on_thread("job", move || job(&their_stop, &their_done)));
    sleep(ms(given(50))).await;
    drop(guard);
    handle.await.expect("it does not panic");
    sleep(ms(250)).await;
    done.load(Ordering::SeqCst)
}
