//! One of them is the leader: with tokio, the last one that came.
async fn run(way: u64, start: &Barrier) {
    sleep(ms(way)).await;
    if start.wait().await.is_leader() {
        say!("go");
    }
    say!("runs");
    sleep(ms(100)).await;
}
