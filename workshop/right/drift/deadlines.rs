//! Deadlines counted from the beginning, by hand.
async fn metronome() {
    let begin = tokio::time::Instant::now();
    for beat in 1..=5 {
        tokio::time::sleep_until(begin + ms(100 * beat)).await;
        say!("beat");
        work().lane("work").await;
    }
}
