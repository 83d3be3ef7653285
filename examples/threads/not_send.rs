//! Not Send: what a task holds across an await must be allowed on another thread.
//!
//! In Python: every task stays on the thread of its loop, so nothing is refused.
//! No twin: asyncio has no such error.
//! Look for: Only what is held *across* an `.await` counts. Each cure lets go of it before,
//! replaces it by something that is `Send`, or keeps the task on its thread. The two mistakes stand
//! in the source, each with what rustc says of it, and a test compares that.
//!
//!     cargo run --example not_send
use async_concepts::{LaneExt, say, stage::Stage};
use std::{cell::Cell, process::ExitCode, rc::Rc, sync::Arc, sync::Mutex, time::Duration};
use tokio::{
    spawn,
    task::{LocalSet, spawn_local},
    time::sleep,
};

async fn pause() {
    sleep(Duration::from_millis(100)).await;
}

// ANCHOR: rc
// What does not compile:
//
//     async fn rc() {
//         let count = Rc::new(Cell::new(1));
//         spawn(async move {
//             pause().await;
//             count.set(2);
//         });
//     }
//
//     error: future cannot be sent between threads safely
//     captured value is not `Send`
// ANCHOR_END: rc

// ANCHOR: guard
// What does not compile:
//
// ANCHOR: guard_code
//     async fn guard() {
//         let count = Arc::new(Mutex::new(1));
//         spawn(async move {
//             let mut count = count.lock().unwrap();
//             pause().await;
//             *count = 2;
//         });
//     }
// ANCHOR_END: guard_code
//
//     error: future cannot be sent between threads safely
//     future is not `Send` as this value is used across an await
// ANCHOR_END: guard

// ANCHOR: cures
/// The guard is released before the await. Another task may change the count while this one waits.
pub async fn scoped() -> u32 {
    let count = Arc::new(Mutex::new(1));
    let task = {
        let count = count.clone();
        // ANCHOR: scoped
        spawn(
            async move {
                *count.lock().expect("no panic while it is locked") += 1;
                pause().await;
                *count.lock().expect("no panic while it is locked") += 1;
            }
            .lane("A"),
        )
        // ANCHOR_END: scoped
    };
    task.await.expect("it does not panic");
    let count = *count.lock().expect("no panic while it is locked");
    say!("{count}");
    count
}

/// tokio's guard is `Send`: the lock stays closed while the task waits, on whatever thread.
pub async fn tokios_mutex() -> u32 {
    let count = Arc::new(tokio::sync::Mutex::new(1));
    let task = {
        let count = count.clone();
        spawn(
            async move {
                let mut count = count.lock().await;
                pause().await;
                *count += 2;
            }
            .lane("A"),
        )
    };
    task.await.expect("it does not panic");
    let count = *count.lock().await;
    say!("{count}");
    count
}

/// The task stays on this thread, and may hold whatever it likes.
pub async fn local() -> u32 {
    let count = Rc::new(Cell::new(1));
    let for_task = count.clone();
    let change = async move {
        pause().await;
        for_task.set(for_task.get() + 2);
    };
    LocalSet::new()
        .run_until(async { spawn_local(change.lane("A")).await.expect("it does not panic") })
        .await;
    say!("{}", count.get());
    count.get()
}
// ANCHOR_END: cures

pub fn stage() -> Stage {
    Stage::of(include_str!("not_send.rs"))
        .scene("released before the await", scoped)
        .scene("a lock that may be held", tokios_mutex)
        .variant_of("released before the await")
        .scene("a task that stays", local)
        .variant_of("released before the await")
}

fn main() -> ExitCode {
    stage().run()
}
