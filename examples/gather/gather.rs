//! Gather: start several coroutines together and wait for all of them.
//!
//! In Python: `await asyncio.gather(…)`, see `gather.py` beside this file.
//! Look for: Six seconds of sleeping take three, on one thread. While A sleeps, B and C run; never
//! do two run at the same time. `join!` polls A, B and C inside `main`, where Python's gather makes
//! a task of each: see `gather_tasks`.
//!
//!     cargo run --example gather
use async_concepts::{LaneExt, say, stage::Stage};
use futures::{join, try_join};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, time::sleep};

// ANCHOR: factorial
async fn factorial(number: u64) -> u64 {
    let mut product = 1;
    // ANCHOR: steps
    for i in 2..=number {
        say!("compute factorial({i})");
        sleep(Duration::from_secs(1)).await;
        product *= i;
    }
    say!("factorial({number}) = {product}");
    // ANCHOR_END: steps
    product
}
// ANCHOR_END: factorial

// ANCHOR: gather
pub async fn gather() -> (u64, u64, u64) {
    join!(factorial(2).lane("A"), factorial(3).lane("B"), factorial(4).lane("C"))
}
// ANCHOR_END: gather

// What if they were written in another way? `--explore` shows all three on one time axis.
// ANCHOR: three_awaits
pub async fn three_awaits() -> (u64, u64, u64) {
    let a = factorial(2).lane("A").await;
    let b = factorial(3).lane("B").await;
    let c = factorial(4).lane("C").await;
    (a, b, c)
}
// ANCHOR_END: three_awaits

pub async fn spawned() -> (u64, u64, u64) {
    let a = spawn(factorial(2).lane("A"));
    let b = spawn(factorial(3).lane("B"));
    let c = spawn(factorial(4).lane("C"));
    try_join!(a, b, c).expect("no task panics")
}

pub fn stage() -> Stage {
    Stage::of(include_str!("gather.rs"))
        .scene("gather", gather)
        .must_hold("the results come in the order of the arguments", |run| {
            run.returns(|products: &(u64, u64, u64)| *products == (2, 6, 24))
        })
        .what_if("gather", "three awaits", three_awaits)
        .what_if("gather", "spawn", spawned)
}

fn main() -> ExitCode {
    stage().run()
}
