//! Futurelock: a future holds a lock, and the task that owns the future does not poll it.
//!
//! In Python: what is waited for together are tasks, which go on by themselves.
//! No twin: a coroutine that is waited for beside another one becomes a task first.
//! Look for: In "futurelock" A gets the lock and is not polled again, while `main`, which would
//! have to poll it, waits for the same lock: it never ends. `select!` gave A a first poll, and
//! borrowed it only, so it was neither dropped nor finished. The cures: a task, which is polled by
//! the runtime, or dropping A before `main` waits for the lock.
//!
//!     cargo run --example futurelock
use async_concepts::{LaneExt, say, stage::Stage};
use std::{pin::pin, process::ExitCode, sync::Arc, time::Duration};
use tokio::{select, spawn, sync::Mutex, time::sleep};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Waits for its turn, works for 100 ms, and releases the lock.
// ANCHOR: work
async fn work(lock: Arc<Mutex<()>>) {
    let _held = lock.lock().await;
    say!("has the lock");
    sleep(ms(100)).await;
    say!("releases it");
}
// ANCHOR_END: work

/// Another task holds the lock for the first 200 ms, so that A has to wait in the queue.
fn busy_lock() -> Arc<Mutex<()>> {
    let lock = Arc::new(Mutex::new(()));
    let held = lock.clone().try_lock_owned().expect("it is new");
    // ANCHOR: other
    let other = async move {
        sleep(ms(200)).await;
        // The next in the queue gets it: A.
        drop(held);
    };
    // ANCHOR_END: other
    spawn(other.lane("other"));
    lock
}

pub async fn futurelock() {
    let lock = busy_lock();
    let mut a = pin!(work(lock.clone()).lane("A"));
    // ANCHOR: branches
    select! {
        biased;
        () = &mut a => say!("A has ended"),
        () = sleep(ms(50)) => {
            say!("A is slow; wait for the lock myself");
            // A trap: A is first in the queue, and is not polled.
            let _held = lock.lock().await;
            say!("main has the lock");
        }
    }
    // ANCHOR_END: branches
}

// ANCHOR: cures
pub async fn as_task() {
    let lock = busy_lock();
    let mut a = spawn(work(lock.clone()).lane("A")); // the runtime polls it
    select! {
        biased;
        ended = &mut a => ended.expect("it does not panic"),
        () = sleep(ms(50)) => {
            say!("A is slow; wait for the lock myself");
            let _held = lock.lock().await;
            say!("main has the lock");
        }
    }
}

pub async fn dropped() {
    let lock = busy_lock();
    select! {
        biased;
        () = work(lock.clone()).lane("A") => say!("A has ended"), // owned by `select!`
        () = sleep(ms(50)) => say!("A is slow, and has been dropped"),
    }
    let _held = lock.lock().await; // A has left the queue
    say!("main has the lock");
}
// ANCHOR_END: cures

pub fn stage() -> Stage {
    Stage::of(include_str!("futurelock.rs"))
        .hanging_scene("futurelock", Duration::from_secs(3), futurelock)
        .scene("a task", as_task)
        .variant_of("futurelock")
        .scene("dropped", dropped)
        .variant_of("futurelock")
}

fn main() -> ExitCode {
    stage().run()
}
