//! Cancel a handle: a callback that has not run yet can be cancelled.
//!
//! In Python: `Handle.cancel`, see `cancel_handle.py` beside this file.
//! Look for: Cancelling prevents a call, and undoes none. B ends when it is cancelled; A has run by
//! then, and nothing happens to it. In "for ever" the only callback that would stop the loop is
//! cancelled: our loop returns `Error::Idle` at once, and asyncio's sleeps for ever, so the twin
//! has a guard.
//!
//!     cargo run --example cancel_handle
use async_concepts::{
    LaneExt, callback,
    event_loop::{Error, EventLoop, Result, get_running_loop},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, time::sleep};

const SECOND: Duration = Duration::from_secs(1);

// ANCHOR: cancel_handle
pub fn cancel_handle() -> Result<()> {
    let event_loop = EventLoop::new()?;
    // ANCHOR: cancel
    let a = event_loop.call_later(SECOND, callback("A", || say!("called")))?;
    let b = event_loop.call_later(3 * SECOND, callback("B", || say!("never called")))?;
    let cancel_both = move || {
        say!("cancel both");
        a.cancel(); // too late, and no error
        b.cancel();
    };
    event_loop.call_later(2 * SECOND, callback("C", cancel_both))?;
    // ANCHOR_END: cancel
    event_loop.call_later(4 * SECOND, || get_running_loop().map(|event_loop| event_loop.stop()))?;
    event_loop.run_forever()?;
    say!("stopped");
    event_loop.close()
}
// ANCHOR_END: cancel_handle

// ANCHOR: tokio
pub async fn tokio() {
    let call_later = |delay, name: &str, text: &'static str| {
        let call = async move {
            sleep(delay).await;
            say!("{text}");
        };
        spawn(call.lane(name))
    };
    let a = call_later(SECOND, "A", "called");
    let b = call_later(3 * SECOND, "B", "never called");
    let cancel_both = async move {
        sleep(2 * SECOND).await;
        say!("cancel both");
        a.abort();
        b.abort();
    };
    spawn(cancel_both.lane("C"));
    sleep(4 * SECOND).await;
    say!("stopped");
}
// ANCHOR_END: tokio

// ANCHOR: for_ever
fn hello_world() -> Result<()> {
    say!("Hello World");
    get_running_loop()?.stop();
    Ok(())
}

pub fn for_ever() -> Result<()> {
    let event_loop = EventLoop::new()?;
    let handle = event_loop.call_soon(callback("hello", hello_world))?;
    handle.cancel();
    match event_loop.run_forever() {
        Err(Error::Idle) => say!("nothing is left that could stop the loop"),
        result => result?,
    }
    event_loop.close()
}
// ANCHOR_END: for_ever

pub fn stage() -> Stage {
    Stage::of(include_str!("cancel_handle.rs"))
        .blocking_scene("event loop", cancel_handle)
        .scene("tokio", tokio)
        .variant_of("event loop")
        .blocking_scene("for ever", for_ever)
}

fn main() -> ExitCode {
    stage().run()
}
