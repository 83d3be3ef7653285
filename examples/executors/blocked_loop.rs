//! Blocked loop: a task that keeps the thread keeps it from all others.
//!
//! In Python: the same, and debug mode reports it, see `blocked_loop.py` beside this file.
//! Look for: The heart misses three beats while the request computes a hash on the loop's thread.
//! The run takes no longer for it, and no error is raised; only a look at the time of each poll
//! shows which poll kept the thread. With `spawn_blocking` the heart beats on.
//!
//!     cargo run --example blocked_loop
use async_concepts::{
    LaneExt, block, on_thread, say,
    slow_poll::{SlowPoll, SlowPollExt},
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, task::spawn_blocking, time::sleep};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn hash() {
    // ANCHOR: hash
    say!("begin");
    // Stands for what a processor needs that long for.
    block(ms(350));
    say!("end");
    // ANCHOR_END: hash
}

async fn heart() {
    loop {
        // ANCHOR: heart
        say!("beat");
        sleep(ms(100)).await;
        // ANCHOR_END: heart
    }
}

/// Runs a request beside a heart, from 120 ms on.
async fn beside_a_heart(request: impl Future<Output = ()> + Send + 'static) {
    let heart = spawn(heart().lane("heart"));
    sleep(ms(120)).await;
    let request = spawn(request.lane("request"));
    request.await.expect("a hash does not panic");
    sleep(ms(150)).await;
    heart.abort();
    let _ = heart.await; // "cancelled"
}

fn report(slow: SlowPoll) {
    say!("{slow}");
}

// ANCHOR: blocked
pub async fn blocked() {
    // ANCHOR: request
    // A trap: `async` does not make it any shorter.
    let request = async { hash() };
    beside_a_heart(request.report_slow_polls(ms(100), report)).await;
    // ANCHOR_END: request
}
// ANCHOR_END: blocked

pub async fn cured() {
    // ANCHOR: cured
    let request = async {
        let hashing = spawn_blocking(on_thread("hash", hash));
        hashing.await.expect("a hash does not panic");
    };
    // ANCHOR_END: cured
    beside_a_heart(request.report_slow_polls(ms(100), report)).await;
}

pub fn stage() -> Stage {
    Stage::of(include_str!("blocked_loop.rs"))
        .scene("blocked", blocked)
        .scene("on a thread of its own", cured)
        .variant_of("blocked")
}

fn main() -> ExitCode {
    stage().run()
}
