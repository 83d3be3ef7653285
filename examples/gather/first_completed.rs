//! First completed: the first answer counts. What becomes of the others?
//!
//! In Python: `asyncio.wait(…, return_when=FIRST_COMPLETED)`, see `first_completed.py` beside this
//! file.
//! Look for: What becomes of a loser depends on what it is. A future that loses in `select!` is
//! dropped at once. A task goes on unless it is aborted, and its result is lost: in "tasks" B
//! answers long after the race, and C is aborted. A future that is only borrowed by `select!` keeps
//! its progress, and its answer still comes.
//!
//!     cargo run --example first_completed
use async_concepts::{LaneExt, say, stage::Stage};
use std::{pin::pin, process::ExitCode, time::Duration};
use tokio::{select, spawn, time::sleep};

/// Cleans up however the call ends: where Python has `finally`, Rust has `drop`.
struct Call;

impl Drop for Call {
    fn drop(&mut self) {
        say!("hang up");
    }
}

async fn ask(seconds: u64) -> u64 {
    let _call = Call;
    say!("ask");
    sleep(Duration::from_secs(seconds)).await;
    say!("answer after {seconds} s");
    seconds
}

// ANCHOR: futures
pub async fn futures() -> u64 {
    let first = select! {
        biased; // polls A before B; without it, the order would be another one each time
        answer = ask(1).lane("A") => answer,
        answer = ask(2).lane("B") => answer,
    };
    say!("first: {first}");
    sleep(Duration::from_secs(2)).await; // nothing more comes from B
    first
}
// ANCHOR_END: futures

// ANCHOR: tasks
pub async fn tasks() -> u64 {
    let mut a = spawn(ask(1).lane("A"));
    let mut b = spawn(ask(2).lane("B"));
    let mut c = spawn(ask(3).lane("C"));
    let first = select! {
        biased;
        answer = &mut a => answer,
        answer = &mut b => answer,
        answer = &mut c => answer,
    };
    let first = first.expect("no task panics");
    say!("first: {first}");
    // What `select!` did to B above; to drop the handle, as happens to `b`, is not enough.
    c.abort();
    sleep(Duration::from_secs(2)).await;
    first
}
// ANCHOR_END: tasks

// ANCHOR: borrowed
pub async fn borrowed() -> u64 {
    let mut a = pin!(ask(1).lane("A"));
    let mut b = pin!(ask(2).lane("B"));
    let first = select! {
        biased;
        answer = &mut a => answer,
        answer = &mut b => answer,
    };
    say!("first: {first}");
    // B was borrowed, so it keeps its progress. While it is not awaited, it is not polled either.
    say!("second: {}", b.await);
    first
}
// ANCHOR_END: borrowed

pub fn stage() -> Stage {
    Stage::of(include_str!("first_completed.rs"))
        .scene("futures", futures)
        .scene("tasks", tasks)
        .variant_of("futures")
        .scene("borrowed", borrowed)
        .variant_of("futures")
}

fn main() -> ExitCode {
    stage().run()
}
