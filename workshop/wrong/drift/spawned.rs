//! Mistake: nothing waited for the last work
async fn metronome() {
    for _ in 1..=5 {
        sleep(ms(100)).await;
        say!("beat");
        tokio::spawn(work().lane("work"));
    }
    sleep(ms(30)).await;
}
