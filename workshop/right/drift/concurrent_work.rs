//! Concurrent work.
async fn metronome() {
    let mut set = tokio::task::JoinSet::new();
    for _ in 1..=5 {
        sleep(ms(100)).await;
        say!("beat");
        set.spawn(work().lane("work"));
    }
    set.join_all().await;
}
