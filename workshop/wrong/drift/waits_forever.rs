//! Mistake: it never ends
async fn metronome() {
    for _ in 1..=5 {
        // TODO: the beats come later and later.
        std::future::pending::<()>().await;
        sleep(ms(100)).await;
        say!("beat");
        work().lane("work").await;
    }
}
