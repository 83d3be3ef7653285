//! Mistake: the first tick of an `interval` comes at once
async fn metronome() {
    let mut beats = tokio::time::interval(ms(100));
    for _ in 1..=5 {
        beats.tick().await;
        say!("beat");
        work().lane("work").await;
    }
}
