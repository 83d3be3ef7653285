//! Gather tasks: hand the coroutines to the runtime, then wait for all of them.
//!
//! In Python: `asyncio.create_task`, which `gather` does as well, see `gather_tasks.py` beside this
//! file. Python's `gather` wakes `main` once, when the last task has ended; in Rust each
//! `JoinHandle` wakes it.
//! Look for: `main` says that none has begun; then come the lines of `gather`. The runtime polls A,
//! B and C, each when it is woken; `main` gets the thread again only when one of them has ended.
//!
//!     cargo run --example gather_tasks
use async_concepts::{LaneExt, say, stage::Stage};
use futures::try_join;
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, task::JoinError, time::sleep};

async fn factorial(number: u64) -> u64 {
    let mut product = 1;
    for i in 2..=number {
        say!("compute factorial({i})");
        sleep(Duration::from_secs(1)).await;
        product *= i;
    }
    say!("factorial({number}) = {product}");
    product
}

// ANCHOR: gather_tasks
pub async fn gather_tasks() -> Result<(u64, u64, u64), JoinError> {
    let a = spawn(factorial(2).lane("A"));
    let b = spawn(factorial(3).lane("B"));
    let c = spawn(factorial(4).lane("C"));
    say!("three tasks, and none has begun");
    try_join!(a, b, c) // an error would be that a task panicked, or was aborted
}
// ANCHOR_END: gather_tasks

pub fn stage() -> Stage {
    Stage::of(include_str!("gather_tasks.rs")).scene("gather_tasks", gather_tasks)
}

fn main() -> ExitCode {
    stage().run()
}
