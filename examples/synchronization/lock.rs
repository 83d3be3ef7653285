//! Lock: nobody else gets in while one of them waits. Whoever waits in there keeps everybody waiting.
//!
//! In Python: `asyncio.Lock`, see `lock.py` beside this file.
//! Look for: four answers, of 100 ms each, and their sum, 10. Without a lock each adds to what it read before it waited,
//! and the sum is 4. Locked, they go in as they came, and the sum takes 400 ms. The cure needs no lock: between two
//! awaits nobody else runs, so a plain variable will do, if one reads and writes it there; 100 ms.
//!
//!     cargo run --example lock
use async_concepts::{LaneExt, say, stage::Stage};
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
    sum.set(sum.get() + ask(number).await); // a trap: reads, waits, and writes; the others have read the same
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
    *sum += ask(number).await; // right, and slow: the others wait for the lock until this has its answer
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
    sum.set(sum.get() + answer); // no await in here; among threads: a `std::sync::Mutex`, for this line alone
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

pub fn stage() -> Stage {
    Stage::new("lock")
        .scene("unlocked", unlocked)
        .scene("locked", locked)
        .scene("plain variable", plain)
}

fn main() -> ExitCode {
    stage().run()
}
