//! Coroutine: a function that says where it can be left, and lets others run while it waits.
//!
//! In Python: `async def` and `await`, see `coroutine.py` beside this file.
//! Look for: A coroutine gives the thread away while it waits. Both calls of `tell_time` say how
//! long ago they began, before their sleep and after it. While one of them sleeps, the other one
//! runs, and each still has its own variables after its sleep.
//!
//!     cargo run --example coroutine
use async_concepts::{LaneExt, say, stage::Stage};
use futures::join;
use std::{process::ExitCode, time::Duration};
use tokio::time::{Instant, sleep};

// ANCHOR: coroutine
async fn tell_time(delay: Duration) -> Duration {
    let begin = Instant::now();
    say!("before the sleep: {:.1} s", begin.elapsed().as_secs_f64());
    sleep(delay).await; // here it is left, and here it is resumed
    say!("after the sleep: {:.1} s", begin.elapsed().as_secs_f64());
    begin.elapsed()
}
// ANCHOR_END: coroutine

async fn tell_time_later() -> Duration {
    // ANCHOR: later
    sleep(Duration::from_millis(500)).await;
    // A coroutine calls another one: it waits for it, too.
    tell_time(Duration::from_secs(2)).await
    // ANCHOR_END: later
}

// ANCHOR: coroutines
pub async fn coroutine() -> (Duration, Duration) {
    join!(tell_time(Duration::from_secs(1)).lane("A"), tell_time_later().lane("B"))
}
// ANCHOR_END: coroutines

pub fn stage() -> Stage {
    Stage::of(include_str!("coroutine.rs")).scene("coroutine", coroutine)
}

fn main() -> ExitCode {
    stage().run()
}
