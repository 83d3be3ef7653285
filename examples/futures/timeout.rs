//! Timeout: wait for something, but not for ever. What becomes of it then?
//!
//! In Python: `asyncio.wait_for`, see `timeout.py` beside this file.
//! Look for: A timeout ends the wait, and not always the work. `wait_for` cancels what it waits
//! for, and tokio's `timeout` drops the future, which ends it. In "timeout of a handle" the task
//! goes on, and so it does in Python, with `asyncio.wait`.
//!
//!     cargo run --example timeout
use async_concepts::{
    LaneExt,
    event_loop::{self, Error, EventLoop, wait_for},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{
    spawn,
    time::{sleep, timeout},
};

const SECOND: Duration = Duration::from_secs(1);

/// Cleans up however the call ends: where Python has `finally`, Rust has `drop`.
struct Call;

impl Drop for Call {
    fn drop(&mut self) {
        say!("hang up");
    }
}

// ANCHOR: wait_for
async fn ask() -> event_loop::Result<()> {
    let _call = Call;
    say!("ask");
    event_loop::sleep(2 * SECOND).await?;
    say!("answer");
    Ok(())
}

pub fn with_wait_for() -> event_loop::Result<()> {
    let event_loop = EventLoop::new()?;
    event_loop.run_until_complete(async {
        if let Err(Error::Timeout) = wait_for(ask().lane("A"), SECOND).await {
            say!("no answer in time");
        }
        event_loop::sleep(2 * SECOND).await
    })?;
    event_loop.close()
}
// ANCHOR_END: wait_for

// ANCHOR: timeout
// ANCHOR: ask_in_tokio
async fn ask_in_tokio() {
    let _call = Call;
    say!("ask");
    sleep(2 * SECOND).await;
    say!("answer");
}
// ANCHOR_END: ask_in_tokio

// ANCHOR: of_a_future
pub async fn of_a_future() {
    if timeout(SECOND, ask_in_tokio().lane("A")).await.is_err() {
        say!("no answer in time");
    }
    sleep(2 * SECOND).await;
}
// ANCHOR_END: of_a_future

// ANCHOR: of_a_handle
pub async fn of_a_handle() {
    // `timeout(SECOND, &mut task)` would keep it, to abort it afterwards.
    let task = spawn(ask_in_tokio().lane("A"));
    if timeout(SECOND, task).await.is_err() {
        say!("no answer in time");
    }
    sleep(2 * SECOND).await;
}
// ANCHOR_END: of_a_handle
// ANCHOR_END: timeout

pub fn stage() -> Stage {
    Stage::of(include_str!("timeout.rs"))
        .blocking_scene("wait_for", with_wait_for)
        .scene("timeout of a future", of_a_future)
        .variant_of("wait_for")
        .scene("timeout of a handle", of_a_handle)
        .variant_of("wait_for")
}

fn main() -> ExitCode {
    stage().run()
}
