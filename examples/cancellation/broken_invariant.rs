//! Broken invariant: a lock keeps other tasks out, and stops no cancellation.
//!
//! In Python: `async with lock` under a timeout, see `broken_invariant.py` beside this file.
//! Look for: A transfer waits between its two writes, with the lock held. "in time" it ends, and
//! all is well. "too late", the timeout drops it in between: the lock is released as always, and 30
//! are gone. "no wait between" cannot be cancelled between its writes. `--cancellations` drops the
//! transfer at each of its awaits, and finds in "in time" what its run does not show.
//!
//!     cargo run --example broken_invariant
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use std::{process::ExitCode, time::Duration};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Together they have 100, whenever the lock is free.
pub struct Accounts {
    alice: u32,
    bob: u32,
}

async fn ask_the_bank() {
    sleep(ms(100)).await;
}

// ANCHOR: wait_between
pub async fn wait_between(accounts: &Mutex<Accounts>) {
    let mut accounts = accounts.lock().await;
    ask_the_bank().await;
    accounts.alice -= 30;
    say!("30 have left alice");
    ask_the_bank().await; // a trap: it may be the last thing that this future does
    accounts.bob += 30;
    say!("30 have reached bob");
}
// ANCHOR_END: wait_between

// ANCHOR: no_wait_between
pub async fn no_wait_between(accounts: &Mutex<Accounts>) {
    let mut accounts = accounts.lock().await;
    ask_the_bank().await;
    ask_the_bank().await; // whatever has to be waited for comes before the first write
    accounts.alice -= 30;
    accounts.bob += 30;
    say!("30 have left alice and reached bob");
}
// ANCHOR_END: no_wait_between

// ANCHOR: test
// What the test of it looks like; it stands in `tests/examples/cancellation.rs`, too:
//
//     every_cancellation("transfer", never_between)
//         .check(|run| matches!(run.outcome, Ok(Some(100))))
//         .holds();
// ANCHOR_END: test

async fn sum_after(transfer: impl AsyncFnOnce(&Mutex<Accounts>), within: Duration) -> u32 {
    let accounts = Mutex::new(Accounts { alice: 100, bob: 0 });
    let transfer = transfer(&accounts).lane("transfer").cancellable();
    if timeout(within, transfer).await.is_err() {
        say!("timed out");
    }
    let accounts = accounts.lock().await; // it is free, whatever has happened
    say!("alice {}, bob {}", accounts.alice, accounts.bob);
    accounts.alice + accounts.bob
}

pub async fn in_time() -> u32 {
    sum_after(wait_between, ms(250)).await
}

pub async fn too_late() -> u32 {
    sum_after(wait_between, ms(150)).await
}

pub async fn never_between() -> u32 {
    sum_after(no_wait_between, ms(150)).await
}

fn have_100(run: &SceneRun) -> bool {
    run.returns(|sum: &u32| *sum == 100)
}

pub fn stage() -> Stage {
    Stage::of(include_str!("broken_invariant.rs"))
        .scene("in time", in_time)
        .must_hold("both accounts together have 100", have_100)
        .scene("too late", too_late)
        .variant_of("in time")
        .must_hold("both accounts together have 100", have_100)
        .scene("no wait between", never_between)
        .variant_of("in time")
        .must_hold("both accounts together have 100", have_100)
}

fn main() -> ExitCode {
    stage().run()
}
