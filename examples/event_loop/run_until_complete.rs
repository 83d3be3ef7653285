//! Run until complete: run the loop until one future is done, and not one iteration longer.
//!
//! In Python: `run_until_complete`, see `run_until_complete.py` beside this file.
//! Look for: The clock ticks on during both runs, and neither run waits for it. Between the runs
//! the loop stands still: the third tick, due at 3 s, comes at 3.5 s. With tokio, a runtime's
//! `block_on` and a `LocalSet`'s `run_until` do this.
//!
//!     cargo run --example run_until_complete
use async_concepts::{
    LaneExt, block,
    event_loop::{EventLoop, Result, sleep},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{task::LocalSet, time};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

// ANCHOR: run_until_complete
async fn tick() -> Result<()> {
    for number in 1..=3 {
        sleep(ms(1000)).await?;
        say!("tick {number}");
    }
    Ok(())
}

async fn multiply(a: u64, b: u64, delay: Duration) -> Result<u64> {
    say!("multiply");
    sleep(delay).await?;
    Ok(a * b)
}

pub fn run_until_complete() -> Result<u64> {
    let event_loop = EventLoop::new()?;
    event_loop.create_task(tick().lane("clock"))?;
    let product = event_loop.run_until_complete(multiply(2, 3, ms(2500)).lane("A"))?;
    say!("product: {product}");
    block(ms(1000));
    let product = event_loop.run_until_complete(multiply(product, 4, ms(1000)).lane("B"))?;
    say!("product: {product}");
    event_loop.close()?;
    Ok(product)
}
// ANCHOR_END: run_until_complete

async fn tick_in_tokio() {
    for number in 1..=3 {
        time::sleep(ms(1000)).await;
        say!("tick {number}");
    }
}

async fn multiply_in_tokio(a: u64, b: u64, delay: Duration) -> u64 {
    say!("multiply");
    time::sleep(delay).await;
    a * b
}

// ANCHOR: tokio
pub async fn tokio() -> u64 {
    let tasks = LocalSet::new();
    tasks.spawn_local(tick_in_tokio().lane("clock"));
    let product = tasks.run_until(multiply_in_tokio(2, 3, ms(2500)).lane("A")).await;
    say!("product: {product}");
    block(ms(1000));
    let product = tasks.run_until(multiply_in_tokio(product, 4, ms(1000)).lane("B")).await;
    say!("product: {product}");
    product
}
// ANCHOR_END: tokio

pub fn stage() -> Stage {
    Stage::of(include_str!("run_until_complete.rs"))
        .blocking_scene("event loop", run_until_complete)
        .scene("tokio", tokio)
        .variant_of("event loop")
}

fn main() -> ExitCode {
    stage().run()
}
