//! Mistake: they did not wait for the last one
async fn run(_way: u64, start: &Barrier) {
    let _ = start;
    sleep(std::time::Duration::from_millis(200)).await;
    say!("runs");
    sleep(std::time::Duration::from_millis(100)).await;
}
