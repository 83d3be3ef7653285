//! Flagged.
async fn visit() {
    say!("lock the door");
    struct D(bool);
    impl Drop for D {
        fn drop(&mut self) {
            if self.0 {
                say!("unlock the door");
            }
        }
    }
    let mut d = D(true);
    sleep(ms(100)).await;
    d.0 = false;
    say!("unlock the door");
}
