//! First completed: the first answer counts. What becomes of those who lost?
//!
//! In Python: `asyncio.wait(…, return_when=FIRST_COMPLETED)`, see `first_completed.py` beside this file.
//! Look for: the end of each lane. A future that loses in `select!` is dropped at once. A task goes on, and works for
//! nobody, unless it is aborted: B answers long after the race, C hangs up.
//!
//!     cargo run --example first_completed
use async_concepts::{LaneExt, say, stage::Stage};
use std::{process::ExitCode, time::Duration};
use tokio::{select, spawn, time::sleep};

/// Cleans up however the call ends: where Python has `finally`, Rust has `drop`.
struct Call;

impl Drop for Call {
    fn drop(&mut self) {
        say!("hang up");
    }
}

async fn ask(seconds: u64) -> u64 {
    let _call = Call;
    say!("ask");
    sleep(Duration::from_secs(seconds)).await;
    say!("answer after {seconds} s");
    seconds
}

// ANCHOR: futures
pub async fn futures() -> u64 {
    let first = select! {
        biased; // polls A before B; without it, the order would be another one each time
        answer = ask(1).lane("A") => answer,
        answer = ask(2).lane("B") => answer,
    };
    say!("first: {first}");
    sleep(Duration::from_secs(2)).await; // nothing more comes from B
    first
}
// ANCHOR_END: futures

// ANCHOR: tasks
pub async fn tasks() -> u64 {
    let (mut a, mut b, mut c) =
        (spawn(ask(1).lane("A")), spawn(ask(2).lane("B")), spawn(ask(3).lane("C")));
    let first = select! {
        biased;
        answer = &mut a => answer,
        answer = &mut b => answer,
        answer = &mut c => answer,
    };
    let first = first.expect("no task panics");
    say!("first: {first}");
    c.abort(); // what `select!` did to B above; to drop the handle, as happens to `b`, is not enough
    sleep(Duration::from_secs(2)).await;
    first
}
// ANCHOR_END: tasks

pub fn stage() -> Stage {
    Stage::new("first_completed").scene("futures", futures).scene("tasks", tasks)
}

fn main() -> ExitCode {
    stage().run()
}
