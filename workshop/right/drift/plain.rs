//! As most people would write it.
async fn metronome() {
    let mut i = tokio::time::interval(ms(100));
    i.tick().await;
    for _ in 1..=5 {
        i.tick().await;
        say!("beat");
        work().lane("work").await;
    }
}
