//! Call soon, from another thread: how a thread hands a callback to an event loop.
//!
//! In Python: `call_soon_threadsafe`, see `call_soon_threadsafe.py` beside this file.
//! Look for: In "event loop" the other thread wakes the loop, which sleeps until a timer of its own
//! is due. A and B run on the loop's own thread, so they need no locks. In "event loop" a
//! `call_soon` from the other thread would not compile, since an `EventLoop` cannot leave its
//! thread; Python's loop would sleep on.
//!
//!     cargo run --example call_soon_threadsafe
use async_concepts::{
    LaneExt, block, callback,
    event_loop::{EventLoop, Result, ThreadsafeHandle, get_running_loop},
    on_thread, say,
    stage::Stage,
};
use std::{process::ExitCode, thread, time::Duration};
use tokio::{runtime::Handle, spawn, time::sleep};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

// ANCHOR: call_soon_threadsafe
fn compute(event_loop: ThreadsafeHandle) -> Result<()> {
    // ANCHOR: door
    block(ms(500));
    say!("half of it");
    event_loop.call_soon_threadsafe(callback("A", || say!("half of it has come")))?;
    block(ms(500));
    say!("all of it");
    event_loop.call_soon_threadsafe(callback("B", || say!("all of it has come")))?;
    // ANCHOR_END: door
    Ok(())
}

pub fn call_soon_threadsafe() -> Result<()> {
    let event_loop = EventLoop::new()?;
    let handle = event_loop.threadsafe_handle();
    let thread = thread::spawn(on_thread("worker", || compute(handle)));
    event_loop.call_later(ms(250), callback("other", || say!("meanwhile")))?;
    event_loop.call_later(ms(1500), || get_running_loop().map(|event_loop| event_loop.stop()))?;
    event_loop.run_forever()?;
    say!("stopped");
    // It has ended: otherwise this would keep the loop's thread waiting.
    thread.join().expect("it does not panic")?;
    event_loop.close()
}
// ANCHOR_END: call_soon_threadsafe

// ANCHOR: tokio
fn compute_for_tokio(runtime: Handle) {
    block(ms(500));
    say!("half of it");
    runtime.spawn(async { say!("half of it has come") }.lane("A"));
    block(ms(500));
    say!("all of it");
    runtime.spawn(async { say!("all of it has come") }.lane("B"));
}

pub async fn tokio() {
    let runtime = Handle::current();
    thread::spawn(on_thread("worker", || compute_for_tokio(runtime)));
    let meanwhile = async {
        sleep(ms(250)).await;
        say!("meanwhile");
    };
    spawn(meanwhile.lane("other"));
    sleep(ms(1500)).await;
    say!("stopped");
}
// ANCHOR_END: tokio

pub fn stage() -> Stage {
    Stage::of(include_str!("call_soon_threadsafe.rs"))
        .blocking_scene("event loop", call_soon_threadsafe)
        .scene("tokio", tokio)
        .variant_of("event loop")
}

fn main() -> ExitCode {
    stage().run()
}
