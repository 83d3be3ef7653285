//! Interval: a tick every 100 ms. What becomes of the ticks that were missed?
//!
//! In Python: `asyncio.sleep` in a loop, which drifts, see `interval.py` beside this file.
//! Look for: The work after the second tick takes 250 ms instead of 30. `Burst`, the default, makes
//! up for it: late ticks come one after the other. `Delay` moves all later ticks, `Skip` leaves out
//! what was missed. A loop of `sleep`s drifts by the time of the work, each time.
//!
//!     cargo run --example interval
use async_concepts::{LaneExt, say, stage::Stage};
use std::{process::ExitCode, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Takes 30 ms; the second time something is in the way, and it takes 250.
async fn work(tick: u32) {
    say!("tick {tick}");
    sleep(ms(if tick == 2 { 250 } else { 30 })).await;
}

// ANCHOR: behaviour
async fn ticks(behaviour: MissedTickBehavior) {
    let mut interval = interval(ms(100)); // the first tick comes at once
    interval.set_missed_tick_behavior(behaviour);
    for tick in 1..=5 {
        interval.tick().await;
        work(tick).await;
    }
}

pub async fn burst() {
    ticks(MissedTickBehavior::Burst).lane("ticks").await;
}

pub async fn delay() {
    ticks(MissedTickBehavior::Delay).lane("ticks").await;
}

pub async fn skip() {
    ticks(MissedTickBehavior::Skip).lane("ticks").await;
}
// ANCHOR_END: behaviour

// ANCHOR: sleeps
pub async fn sleeps() {
    let ticks = async {
        for tick in 1..=5 {
            work(tick).await;
            sleep(ms(100)).await; // a trap: the work comes on top
        }
    };
    ticks.lane("ticks").await;
}

pub async fn deadlines() {
    let ticks = async {
        let start = Instant::now();
        for tick in 1..=5 {
            work(tick).await;
            sleep_until(start + ms(100) * tick).await; // what is past returns at once: as `Burst`
        }
    };
    ticks.lane("ticks").await;
}
// ANCHOR_END: sleeps

pub fn stage() -> Stage {
    Stage::of(include_str!("interval.rs"))
        .scene("burst", burst)
        .scene("delay", delay)
        .variant_of("burst")
        .scene("skip", skip)
        .variant_of("burst")
        .scene("sleep in a loop", sleeps)
        .variant_of("burst")
        .scene("sleep until", deadlines)
        .variant_of("burst")
}

fn main() -> ExitCode {
    stage().run()
}
