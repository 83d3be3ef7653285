//! Mistake: what stands behind an `.await` does not run when the future is dropped
async fn visit() {
    say!("lock the door");
    struct D;
    impl Drop for D {
        fn drop(&mut self) {
            say!("unlock the door");
        }
    }
    sleep(ms(100)).await;
    let _d = D;
}
