//! Mistake: the thread slept, as with `std::thread::sleep`, and no future could run meanwhile
async fn metronome() {
    for _ in 1..=5 {
        // TODO: the beats come later and later.
        std::thread::sleep(ms(300));
        say!("beat");
        work().lane("work").await;
    }
}
