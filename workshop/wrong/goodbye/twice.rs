//! Mistake: the door was unlocked twice
async fn visit() {
    struct Door;
    impl Drop for Door {
        fn drop(&mut self) {
            say!("unlock the door");
        }
    }
    say!("lock the door");
    let _door = Door;
    sleep(ms(100)).await;
    say!("unlock the door");
}
