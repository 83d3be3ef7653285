//! Exception handler: where the errors of callbacks go, which nobody awaits.
//!
//! In Python: `set_exception_handler`, see `exception_handler.py` beside this file.
//! Look for: A returns an error and B panics; the loop tells the handler of both, and goes on with C. Python has one
//! kind of exception where Rust has errors and panics, so only here the handler hears that B "panicked".
//!
//!     cargo run --example exception_handler
use async_concepts::{
    callback,
    event_loop::{Error, EventLoop, Result, get_running_loop},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};

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

pub fn stage() -> Stage {
    Stage::new("exception_handler").blocking_scene("exception_handler", exception_handler)
}

fn main() -> ExitCode {
    stage().run()
}
