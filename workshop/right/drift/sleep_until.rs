//! Sleep until.
async fn metronome() {
    let start = tokio::time::Instant::now();
    for beat in 1..=5 {
        tokio::time::sleep_until(start + ms(100) * beat).await;
        say!("beat");
        work().lane("work").await;
    }
}
