//! Gather: start several coroutines together and wait for all of them.
//!
//! In Python: `await asyncio.gather(…)`, see `gather.py` beside this file.
//! Look for: Six seconds of sleeping take three, on one thread. While A sleeps, B and C run; never
//! do two run at the same time. `join!` polls all three inside `main`, where Python's gather makes
//! a task of each: see `gather_tasks`.
//!
//!     cargo run --example gather
use async_concepts::{LaneExt, say, stage::Stage};
use futures::join;
use std::{process::ExitCode, time::Duration};
use tokio::time::sleep;

// ANCHOR: factorial
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
// ANCHOR_END: factorial

// ANCHOR: gather
pub async fn gather() -> (u64, u64, u64) {
    join!(factorial(2).lane("A"), factorial(3).lane("B"), factorial(4).lane("C"))
}
// ANCHOR_END: gather

pub fn stage() -> Stage {
    Stage::of(include_str!("gather.rs"))
        .scene("gather", gather)
        .must_hold("the results come in the order of the arguments", |run| {
            run.returns(|products: &(u64, u64, u64)| *products == (2, 6, 24))
        })
}

fn main() -> ExitCode {
    stage().run()
}
