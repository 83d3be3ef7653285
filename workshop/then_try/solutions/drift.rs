//! `Burst`, which is the default, catches up; `Skip` keeps to the old beat; `Delay` counts from the
//! tick that was late.
async fn metronome() {
    let mut beats = interval_at(Instant::now() + ms(100), ms(100));
    beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for _ in 1..=5 {
        beats.tick().await;
        say!("beat");
        work().lane("work").await;
    }
}
