//! Mistake: the first work began before the first beat
async fn metronome() {
    for _ in 1..=5 {
        // TODO: the beats come later and later.
        tokio::join!(
            async {
                sleep(ms(100)).await;
                say!("beat")
            },
            work().lane("work")
        );
    }
}
