//! Mistake: the door was unlocked at once: `_` is no variable, and keeps nothing
struct Lock;

impl Drop for Lock {
    fn drop(&mut self) {
        say!("unlock the door");
    }
}

async fn visit() {
    say!("lock the door");
    let _ = Lock;
    sleep(ms(100)).await;
}
