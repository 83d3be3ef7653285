//! `drop` may start a task. Nothing waits for it, so the program must not end too soon.
impl Drop for Lock {
    fn drop(&mut self) {
        let unlock = async {
            sleep(ms(10)).await;
            say!("unlock the door");
        };
        tokio::spawn(unlock.lane("unlock"));
    }
}
