//! Timers: calls that are due at a time, and made when the loop gets round to it.
//!
//! In Python: `call_later` and `call_at`, see `timers.py` beside this file.
//! Look for: A timer is never early, and may be late. A keeps the thread from 1 s to 2.5 s, so B
//! and C are late; C comes first, since it was due first. D and E are due at the same time, and
//! come as they were set, which CPython leaves open.
//!
//!     cargo run --example timers
use async_concepts::{
    LaneExt, block, callback,
    event_loop::{EventLoop, Result, get_running_loop},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{
    spawn,
    time::{Instant, sleep, sleep_until},
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn slow() {
    // ANCHOR: slow
    say!("keep the thread");
    block(ms(1500));
    say!("done");
    // ANCHOR_END: slow
}

// ANCHOR: timers
pub fn timers() -> Result<()> {
    let event_loop = EventLoop::new()?;
    // ANCHOR: due
    event_loop.call_later(ms(1000), callback("A", slow))?;
    let start = event_loop.time();
    event_loop.call_at(start + ms(2000), callback("B", || say!("due at 2.0 s")))?;
    event_loop.call_at(start + ms(1500), callback("C", || say!("due at 1.5 s")))?;
    // ANCHOR_END: due
    event_loop.call_at(start + ms(3000), callback("D", || say!("due at 3.0 s, set first")))?;
    event_loop.call_at(start + ms(3000), callback("E", || say!("due at 3.0 s, set last")))?;
    event_loop.call_later(ms(4000), || get_running_loop().map(|event_loop| event_loop.stop()))?;
    event_loop.run_forever()?;
    say!("stopped");
    event_loop.close()
}
// ANCHOR_END: timers

// ANCHOR: tokio
pub async fn tokio() {
    let start = Instant::now();
    let call_at = |name: &str, delay, text: &'static str| {
        let call = async move {
            sleep_until(start + delay).await;
            say!("{text}");
        };
        spawn(call.lane(name));
    };
    let slow = async {
        sleep(ms(1000)).await;
        slow();
    };
    spawn(slow.lane("A"));
    call_at("B", ms(2000), "due at 2.0 s");
    call_at("C", ms(1500), "due at 1.5 s");
    call_at("D", ms(3000), "due at 3.0 s, set first");
    call_at("E", ms(3000), "due at 3.0 s, set last");
    sleep(ms(4000)).await;
    say!("stopped");
}
// ANCHOR_END: tokio

pub fn stage() -> Stage {
    Stage::of(include_str!("timers.rs"))
        .blocking_scene("event loop", timers)
        .scene("tokio", tokio)
        .variant_of("event loop")
}

fn main() -> ExitCode {
    stage().run()
}
