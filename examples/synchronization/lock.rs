//! Lock: only one task at a time is inside. A task that waits in there keeps all others waiting.
//!
//! In Python: `asyncio.Lock`, see `lock.py` beside this file.
//! Look for: Four answers of 100 ms each are added up to 10. Without a lock each task adds to what
//! it read before it waited. In this run the sum is 4; `--schedules` tries all orders, in which
//! it is 1, 2, 3 or 4. Locked, the sum is right in every schedule, and takes 400 ms. Between two
//! awaits no other task of this thread runs, so a plain variable that is read and written there is
//! enough: 100 ms.
//!
//!     cargo run --example lock
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::{StreamExt, stream};
use std::{cell::Cell, process::ExitCode, time::Duration};
use tokio::{sync::Mutex, time::sleep};

const NUMBERS: [(&str, u32); 4] = [("A", 1), ("B", 2), ("C", 3), ("D", 4)];

async fn ask(number: u32) -> u32 {
    say!("ask");
    sleep(Duration::from_millis(100)).await;
    number
}

// ANCHOR: unlocked
// ANCHOR: add
async fn add(sum: &Cell<u32>, number: u32) {
    // A trap: reads, waits, and writes; the others have read the same.
    sum.set(sum.get() + ask(number).await);
    say!("sum {}", sum.get());
}
// ANCHOR_END: add

pub async fn unlocked() -> u32 {
    let sum = Cell::new(0);
    stream::iter(NUMBERS)
        .for_each_concurrent(None, |(name, number)| add(&sum, number).lane(name))
        .await;
    sum.get()
}
// ANCHOR_END: unlocked

// ANCHOR: locked
async fn lock_and_add(sum: &Mutex<u32>, number: u32) {
    let mut sum = sum.lock().await; // first come, first served
    // Right, and slow: the others wait for the lock until this has its answer.
    *sum += ask(number).await;
    say!("sum {sum}");
}

pub async fn locked() -> u32 {
    let sum = Mutex::new(0);
    stream::iter(NUMBERS)
        .for_each_concurrent(None, |(name, number)| lock_and_add(&sum, number).lane(name))
        .await;
    sum.into_inner()
}
// ANCHOR_END: locked

// ANCHOR: plain
// ANCHOR: wait_and_add
async fn wait_and_add(sum: &Cell<u32>, number: u32) {
    let answer = ask(number).await;
    // No await in here; among threads: a `std::sync::Mutex`, for this line alone.
    sum.set(sum.get() + answer);
    say!("sum {}", sum.get());
}
// ANCHOR_END: wait_and_add

pub async fn plain() -> u32 {
    let sum = Cell::new(0);
    stream::iter(NUMBERS)
        .for_each_concurrent(None, |(name, number)| wait_and_add(&sum, number).lane(name))
        .await;
    sum.get()
}
// ANCHOR_END: plain

fn is_ten(run: &SceneRun) -> bool {
    run.returns(|sum: &u32| *sum == 10)
}

pub fn stage() -> Stage {
    Stage::of(include_str!("lock.rs"))
        .scene("unlocked", unlocked)
        .must_hold("the sum is 10", is_ten)
        .scene("locked", locked)
        .variant_of("unlocked")
        .must_hold("the sum is 10", is_ten)
        .scene("plain variable", plain)
        .variant_of("unlocked")
        .must_hold("the sum is 10", is_ten)
}

fn main() -> ExitCode {
    stage().run()
}
