//! Exception handler: where the errors of callbacks go, since no caller awaits them.
//!
//! In Python: `set_exception_handler`, see `exception_handler.py` beside this file. Python has
//! no panics: what fails has raised an exception. In "tokio" B raises an exception in Python, and
//! asyncio reports, when the task C is collected, that its exception was never retrieved.
//! Look for: An error in a callback stops neither the loop nor the other callbacks. A returns an
//! error and B panics; the loop reports both to the handler, and goes on with C. With tokio no
//! error is reported: it is in the `JoinHandle`, and is lost with it.
//!
//!     cargo run --example exception_handler
use async_concepts::{
    LaneExt, callback,
    event_loop::{Error, EventLoop, Result, get_running_loop},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, time::sleep};

const SECOND: Duration = Duration::from_secs(1);

// ANCHOR: exception_handler
fn fail() -> Result<()> {
    say!("fail");
    Err(Error::exception("no milk"))
}

fn panic() {
    say!("fail, too");
    panic!("no coffee");
}

pub fn exception_handler() -> Result<()> {
    let event_loop = EventLoop::new()?;
    event_loop.set_exception_handler(|_, context| {
        // Without a handler of your own it is printed, and the loop goes on as well.
        if let Some(exception) = &context.exception {
            say!("the handler is told: {exception}");
        }
    });
    event_loop.call_later(SECOND, callback("A", fail))?;
    event_loop.call_later(2 * SECOND, callback("B", panic))?;
    event_loop.call_later(3 * SECOND, callback("C", || say!("called all the same")))?;
    event_loop.call_later(4 * SECOND, || get_running_loop().map(|event_loop| event_loop.stop()))?;
    event_loop.run_forever()?;
    event_loop.close()
}
// ANCHOR_END: exception_handler

// ANCHOR: tokio
async fn fail_after(delay: Duration, error: &'static str) -> std::result::Result<(), &'static str> {
    sleep(delay).await;
    say!("fail");
    Err(error)
}

async fn panic_after(delay: Duration, error: &'static str) {
    sleep(delay).await;
    say!("fail, too");
    panic!("{error}");
}

pub async fn tokio() {
    let a = spawn(fail_after(SECOND, "no milk").lane("A"));
    let b = spawn(panic_after(2 * SECOND, "no coffee").lane("B"));
    drop(spawn(fail_after(3 * SECOND, "no sugar").lane("C"))); // a trap: its error is lost
    match a.await {
        Ok(Err(error)) => say!("A failed: {error}"),
        outcome => say!("A: {outcome:?}"),
    }
    match b.await {
        Err(error) if error.is_panic() => {
            let panic = error.into_panic(); // what `panic!` was called with, as in `catch_unwind`
            let text = panic.downcast_ref::<String>().expect("it was called with a text");
            say!("B panicked: {text}");
        }
        outcome => say!("B: {outcome:?}"),
    }
    sleep(2 * SECOND).await;
    say!("the end");
}
// ANCHOR_END: tokio

pub fn stage() -> Stage {
    Stage::of(include_str!("exception_handler.rs"))
        .blocking_scene("event loop", exception_handler)
        .scene("tokio", tokio)
        .variant_of("event loop")
}

fn main() -> ExitCode {
    stage().run()
}
