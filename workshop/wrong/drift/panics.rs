//! Mistake: main panicked
async fn metronome() {
    for _ in 1..=5 {
        // TODO: the beats come later and later.
        todo!();
        sleep(ms(100)).await;
        say!("beat");
        work().lane("work").await;
    }
}
