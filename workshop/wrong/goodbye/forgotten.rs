//! Mistake: a visit that is not cut short never unlocks the door
async fn visit() {
    say!("lock the door");
    struct D;
    impl Drop for D {
        fn drop(&mut self) {
            say!("unlock the door");
        }
    }
    let d = D;
    sleep(ms(100)).await;
    std::mem::forget(d);
}
