//! Call soon, from another thread: the one door by which threads come into an event loop.
//!
//! In Python: `call_soon_threadsafe`, see `call_soon_threadsafe.py` beside this file.
//! Look for: the loop sleeps for as long as it likes, and the thread wakes it. The callbacks run on the loop's thread,
//! between others, and need no locks. With `call_soon` Python's loop would sleep on; in Rust that does not compile,
//! since an `EventLoop` cannot leave its thread.
//!
//!     cargo run --example call_soon_threadsafe
use async_concepts::{
    LaneExt, block, callback,
    event_loop::{EventLoop, Result, ThreadsafeHandle, get_running_loop},
    on_thread, say,
    stage::Stage,
};
use std::{process::ExitCode, sync::Arc, thread, time::Duration};
use tokio::{runtime, spawn, sync::Notify, time::sleep};

const SECOND: Duration = Duration::from_secs(1);

// ANCHOR: call_soon_threadsafe
fn compute(event_loop: ThreadsafeHandle) -> Result<()> {
    block(2 * SECOND);
    say!("half of it");
    event_loop.call_soon_threadsafe(callback("A", || say!("half of it has come")))?;
    block(2 * SECOND);
    say!("all of it");
    event_loop.call_soon_threadsafe(callback("B", || {
        say!("all of it has come");
        get_running_loop().map(|event_loop| event_loop.stop())
    }))
}

pub fn call_soon_threadsafe() -> Result<()> {
    let event_loop = EventLoop::new()?;
    event_loop.call_later(SECOND, callback("other", || say!("meanwhile")))?;
    let handle = event_loop.threadsafe_handle();
    let thread = thread::spawn(on_thread("thread", || compute(handle)));
    event_loop.run_forever()?;
    thread.join().expect("it does not panic")?;
    event_loop.close()
}
// ANCHOR_END: call_soon_threadsafe

// ANCHOR: tokio
fn compute_with(runtime: runtime::Handle, stop: Arc<Notify>) {
    block(2 * SECOND);
    say!("half of it");
    runtime.spawn(async { say!("half of it has come") }.lane("A"));
    block(2 * SECOND);
    say!("all of it");
    let last = async move {
        say!("all of it has come");
        stop.notify_one();
    };
    runtime.spawn(last.lane("B"));
}

pub async fn tokio() {
    let meanwhile = async {
        sleep(SECOND).await;
        say!("meanwhile");
    };
    spawn(meanwhile.lane("other"));
    let (handle, stop) = (runtime::Handle::current(), Arc::new(Notify::new()));
    let stopped = stop.clone();
    let thread = thread::spawn(on_thread("thread", || compute_with(handle, stop)));
    stopped.notified().await;
    thread.join().expect("it does not panic");
}
// ANCHOR_END: tokio

pub fn main() -> ExitCode {
    Stage::new("call_soon_threadsafe").blocking_scene("event loop", call_soon_threadsafe).scene("tokio", tokio).run()
}
