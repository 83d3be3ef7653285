//! Mistake: each began when it came: nothing waited for the others
async fn run(way: u64, start: &Barrier) {
    start.wait().await;
    sleep(ms(way)).await;
    say!("runs");
    sleep(ms(100)).await;
}
