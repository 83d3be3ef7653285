//! Mistake: a guess at how long the work takes: the first beat has none before it
async fn metronome() {
    for _ in 1..=5 {
        sleep(ms(70)).await;
        say!("beat");
        work().lane("work").await;
    }
}
