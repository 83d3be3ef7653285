//! Mistake: a door was unlocked that had not been locked
struct Guard;
impl Drop for Guard {
    fn drop(&mut self) {
        say!("unlock the door");
    }
}
fn visit() -> impl Future<Output = ()> {
    let guard = Guard;
    async move {
        say!("lock the door");
        sleep(ms(100)).await;
        drop(guard);
    }
}
