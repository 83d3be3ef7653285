//! Gather and errors: one of three fails. When do you hear of it, and what becomes of the other
//! two?
//!
//! In Python: `gather` with and without `return_exceptions`, see `gather_errors.py` beside this
//! file.
//! Look for: Both depend on the way of waiting. `try_join!` drops the siblings where Python's
//! `gather` lets them finish, so "fail fast" prints two lines fewer than the twin. "nested" hears
//! of the failure at 0.8 s, not at 0.1 s as in Python: a task that returns an error has not failed.
//!
//!     cargo run --example gather_errors
use async_concepts::{LaneExt, say, stage::Stage};
use futures::{join, try_join};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, task::JoinHandle, time::sleep};

type Half = Result<u64, String>;

async fn halve(number: u64) -> Half {
    // ANCHOR: halve
    sleep(Duration::from_millis(100 * number)).await;
    if number % 2 == 1 {
        say!("{number} is odd");
        // ANCHOR_END: halve
        return Err(format!("cannot halve {number}"));
    }
    say!("half of {number} is {}", number / 2);
    Ok(number / 2)
}

/// Says what came out, and stays a second to see what the others do.
async fn report<T: std::fmt::Debug>(result: Result<T, String>) -> Result<T, String> {
    match &result {
        Ok(value) => say!("result: {value:?}"),
        Err(error) => say!("error: {error}"),
    }
    sleep(Duration::from_secs(1)).await;
    result
}

// ANCHOR: fail_fast
pub async fn fail_fast() -> Result<(u64, u64, u64), String> {
    // ANCHOR: three
    let a = halve(4).lane("A");
    let b = halve(1).lane("B");
    let c = halve(8).lane("C");
    // The first error is the result, and the other futures are dropped with the `try_join!`.
    report(try_join!(a, b, c)).await
    // ANCHOR_END: three
}
// ANCHOR_END: fail_fast

// ANCHOR: collect
pub async fn collect() -> (Half, Half, Half) {
    let (a, b, c) = join!(halve(4).lane("A"), halve(1).lane("B"), halve(8).lane("C"));
    for half in [&a, &b, &c] {
        match half {
            Ok(half) => say!("result: {half}"),
            Err(error) => say!("error: {error}"),
        }
    }
    (a, b, c)
}
// ANCHOR_END: collect

fn tasks() -> (JoinHandle<Half>, JoinHandle<Half>, JoinHandle<Half>) {
    (spawn(halve(4).lane("A")), spawn(halve(1).lane("B")), spawn(halve(8).lane("C")))
}

// ANCHOR: nested
pub async fn nested() -> (Half, Half, Half) {
    let (a, b, c) = tasks();
    // A trap: a task that returns an error has not failed. `try_join!` sees the outer `Result`, of
    // the task itself.
    let halves = try_join!(a, b, c).expect("no task panics");
    say!("result: {halves:?}");
    halves
}
// ANCHOR_END: nested

// ANCHOR: flattened
// ANCHOR: flatten
async fn flatten(task: JoinHandle<Half>) -> Half {
    task.await.map_err(|error| error.to_string())?
}
// ANCHOR_END: flatten

pub async fn flattened() -> Result<(u64, u64, u64), String> {
    let (a, b, c) = tasks();
    // Fails fast, and like `gather` leaves the siblings running: to drop a handle is not to abort
    // its task.
    report(try_join!(flatten(a), flatten(b), flatten(c))).await
}
// ANCHOR_END: flattened

pub fn stage() -> Stage {
    Stage::of(include_str!("gather_errors.rs"))
        .scene("fail fast", fail_fast)
        .scene("collect", collect)
        .variant_of("fail fast")
        .scene("nested", nested)
        .variant_of("fail fast")
        .scene("flattened", flattened)
        .variant_of("fail fast")
}

fn main() -> ExitCode {
    stage().run()
}
