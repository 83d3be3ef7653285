//! Laziness: calling a coroutine starts nothing.
//!
//! In Python: a coroutine object, or a task, see `laziness.py` beside this file.
//! Look for: A future does nothing until it is polled. In Rust the dots show where one exists and
//! has not been polled yet; a task is polled as soon as it gets the thread. In "sleep" tokio takes
//! the deadline when `sleep` is called, so the sleep is over at 1 s, not at 1.5 s as in Python.
//!
//!     cargo run --example laziness
use async_concepts::{LaneExt, say, stage::Stage};
use std::{process::ExitCode, time::Duration};
use tokio::{
    spawn,
    time::{Instant, sleep},
};

// ANCHOR: nap
async fn nap() {
    say!("begin");
    sleep(Duration::from_secs(1)).await;
    say!("end");
}
// ANCHOR_END: nap

async fn other_work() {
    sleep(Duration::from_millis(500)).await;
}

// ANCHOR: call
pub async fn call() {
    // The compiler warns of a future that is not used, unless it is in a variable.
    // ANCHOR: lazy
    let _a = nap().lane("A");
    let b = nap().lane("B");
    say!("called twice");
    other_work().await;
    say!("await one of them");
    b.await;
    // ANCHOR_END: lazy
}
// ANCHOR_END: call

// ANCHOR: spawn
pub async fn spawned() {
    let task = spawn(nap().lane("task"));
    say!("spawned");
    other_work().await;
    say!("await it");
    task.await.expect("a nap does not panic");
}
// ANCHOR_END: spawn

// ANCHOR: sleep
pub async fn sleep_itself() {
    let begin = Instant::now();
    // Lazy, too; but it knows already when it ends.
    let sleep = sleep(Duration::from_secs(1)).lane("sleep");
    other_work().await;
    sleep.await;
    say!("it is over after {:.1} s", begin.elapsed().as_secs_f64());
}
// ANCHOR_END: sleep

pub fn stage() -> Stage {
    Stage::of(include_str!("laziness.rs"))
        .scene("call", call)
        .scene("spawn", spawned)
        .variant_of("call")
        .scene("sleep", sleep_itself)
        .variant_of("call")
}

fn main() -> ExitCode {
    stage().run()
}
