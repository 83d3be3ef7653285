//! Local set: tasks that stay on their thread, so that they may share what is not `Send`.
//!
//! In Python: every task stays on the thread of its loop.
//! No twin: it would be any program of asyncio.
//! Look for: Two tasks share an `Rc` and a `Cell`, which `spawn` would refuse. `spawn_local` takes
//! them, but only inside a `LocalSet`, and nothing of the set runs while neither its `run_until`
//! nor the set itself is awaited: B, woken at 0.3 s, goes on at 0.5 s, when `main` comes back to
//! it.
//!
//!     cargo run --example local_set
use async_concepts::{LaneExt, say, stage::Stage};
use std::{cell::Cell, process::ExitCode, rc::Rc, time::Duration};
use tokio::{
    task::{LocalSet, spawn_local},
    time::sleep,
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

// ANCHOR: local_set
async fn count(counter: Rc<Cell<u32>>, rounds: u32) {
    for _ in 0..rounds {
        counter.set(counter.get() + 1); // no lock: between two awaits no other task runs here
        say!("count {}", counter.get());
        sleep(ms(100)).await;
    }
    say!("ends");
}

pub async fn shared() -> u32 {
    let counter = Rc::new(Cell::new(0));
    let local = LocalSet::new();
    let a = local.spawn_local(count(counter.clone(), 2).lane("A"));
    local
        .run_until(async {
            spawn_local(count(counter.clone(), 3).lane("B"));
            a.await.expect("it does not panic");
        })
        .await;
    say!("outside the set");
    sleep(ms(300)).await; // a trap: B is woken, and not polled
    local.await; // until all of its tasks have ended
    say!("all have ended");
    counter.get()
}
// ANCHOR_END: local_set

pub fn stage() -> Stage {
    Stage::of(include_str!("local_set.rs")).scene("local_set", shared)
}

fn main() -> ExitCode {
    stage().run()
}
