//! Semaphore: a limit on how many run at a time.
//!
//! In Python: `asyncio.Semaphore`, see `semaphore.py` beside this file.
//! Look for: A permit lasts as long as the variable that holds it. Six jobs of 100 ms with two
//! permits take 300 ms. A permit that is not kept is given back at once, and all six run together,
//! in 100 ms. The count of those at work is a plain variable, since nothing waits for it.
//!
//!     cargo run --example semaphore
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::{StreamExt, stream};
use std::{cell::Cell, process::ExitCode, time::Duration};
use tokio::{sync::Semaphore, time::sleep};

const JOBS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

async fn work(at_work: &Cell<u32>) {
    at_work.set(at_work.get() + 1);
    say!("{} at work", at_work.get());
    sleep(Duration::from_millis(100)).await;
    at_work.set(at_work.get() - 1);
}

// ANCHOR: kept
// ANCHOR: named
async fn named(permits: &Semaphore, at_work: &Cell<u32>) {
    // Kept until the end of this function.
    let _permit = permits.acquire().await.expect("it is never closed");
    work(at_work).await;
}
// ANCHOR_END: named

pub async fn kept() {
    let permits = Semaphore::new(2);
    let at_work = Cell::new(0);
    stream::iter(JOBS).for_each_concurrent(None, |job| named(&permits, &at_work).lane(job)).await;
}
// ANCHOR_END: kept

// ANCHOR: dropped
// ANCHOR: unnamed
async fn unnamed(permits: &Semaphore, at_work: &Cell<u32>) {
    // A trap: `_` is no variable, and the permit is dropped here.
    let _ = permits.acquire().await;
    work(at_work).await;
}
// ANCHOR_END: unnamed

pub async fn dropped() {
    let permits = Semaphore::new(2);
    let at_work = Cell::new(0);
    stream::iter(JOBS).for_each_concurrent(None, |job| unnamed(&permits, &at_work).lane(job)).await;
}
// ANCHOR_END: dropped

fn at_most_two(run: &SceneRun) -> bool {
    run.says("1 at work") + run.says("2 at work") == run.lines().len()
}

pub fn stage() -> Stage {
    Stage::of(include_str!("semaphore.rs"))
        .scene("kept", kept)
        .must_hold("at most two are at work", at_most_two)
        .scene("dropped", dropped)
        .variant_of("kept")
        .must_hold("at most two are at work", at_most_two)
}

fn main() -> ExitCode {
    stage().run()
}
