//! Hello World: an event loop is a queue of callbacks, and something that calls them.
//!
//! In Python: `call_soon`, `run_forever`, `stop` and `close`, see `hello_world.py` beside this
//! file.
//! Look for: Each iteration calls what is in the queue when the iteration begins. The first one
//! calls "hello" and "world"; "last", which "hello" adds, comes in the next. In "event loop" the
//! row `main` is the loop: each of its polls but the first is an iteration.
//!
//!     cargo run --example hello_world
use async_concepts::{
    LaneExt, callback,
    event_loop::{EventLoop, Handle, Result, get_running_loop},
    say,
    stage::Stage,
};
use std::{process::ExitCode, sync::Arc};
use tokio::{spawn, sync::Notify};

// ANCHOR: hello_world
// ANCHOR: hello
fn hello() -> Result<Handle> {
    say!("Hello");
    get_running_loop()?.call_soon(callback("last", last))
}
// ANCHOR_END: hello

// ANCHOR: world
fn world() {
    say!("World");
}
// ANCHOR_END: world

// ANCHOR: last
fn last() -> Result<()> {
    say!("stop the loop");
    get_running_loop()?.stop(); // when this iteration is over
    Ok(())
}
// ANCHOR_END: last

pub fn hello_world() -> Result<()> {
    let event_loop = EventLoop::new()?;
    // ANCHOR: run
    event_loop.call_soon(callback("hello", hello))?;
    event_loop.call_soon(callback("world", world))?;
    say!("two callbacks, and none is called");
    event_loop.run_forever()?;
    // ANCHOR_END: run
    say!("the loop has stopped");
    event_loop.close()
}
// ANCHOR_END: hello_world

// ANCHOR: tokio
/// Tokio's queue is one of tasks. A callback is a task that never waits; to stop, wake `main`,
/// which waits for that.
pub async fn tokio() {
    let stop = Arc::new(Notify::new());
    let stopped = stop.clone();
    let last = async move {
        say!("stop the loop");
        stop.notify_one();
    };
    let hello = async move {
        say!("Hello");
        spawn(last.lane("last"));
    };
    spawn(hello.lane("hello"));
    spawn(async { world() }.lane("world"));
    say!("two callbacks, and none is called");
    stopped.notified().await;
    say!("the loop has stopped");
}
// ANCHOR_END: tokio

pub fn stage() -> Stage {
    Stage::of(include_str!("hello_world.rs"))
        .blocking_scene("event loop", hello_world)
        .scene("tokio", tokio)
        .variant_of("event loop")
}

fn main() -> ExitCode {
    stage().run()
}
