//! Multi thread: the runtime that `#[tokio::main]` starts runs tasks on several threads at once.
//!
//! In Python: one thread runs all tasks of a loop; only with `to_thread` do two things run at once.
//! No twin: asyncio has no runtime of several threads.
//! Look for: A task belongs to no thread. In "at once" two tasks wait for each other by blocking,
//! which two threads can do and one cannot. In "moved" a task begins on one thread and ends on
//! another, since its first thread is kept busy meanwhile. That is why `spawn` asks for `Send`.
//!
//!     cargo run --example multi_thread
use async_concepts::{LaneExt, say, stage::Stage};
use std::{
    process::ExitCode,
    sync::{Arc, Barrier, mpsc},
    thread::{self, ThreadId},
};
use tokio::{
    runtime::{Builder, Runtime},
    spawn,
    sync::oneshot,
};

fn two_workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().expect("two threads")
}

// ANCHOR: at_once
pub fn at_once() -> [ThreadId; 2] {
    let runtime = two_workers();
    let both = Arc::new(Barrier::new(2)); // that of `std`: it blocks the thread
    let meet = |both: Arc<Barrier>| async move {
        both.wait();
        thread::current().id()
    };
    let a = runtime.spawn(meet(both.clone()).lane("A"));
    let b = runtime.spawn(meet(both).lane("B"));
    let threads = runtime.block_on(async { [a.await, b.await] });
    say!("both have met");
    threads.map(|thread| thread.expect("it does not panic"))
}
// ANCHOR_END: at_once

// ANCHOR: moved
/// The threads on which a task begins and ends. In between it waits for `go_on`.
async fn begin_and_end(
    busy: impl Future<Output = ()> + Send + 'static,
    go_on: oneshot::Receiver<()>,
) -> (ThreadId, ThreadId) {
    let began = thread::current().id();
    spawn(busy); // the next task of this thread, unless the other one takes it
    go_on.await.expect("main sends it");
    (began, thread::current().id())
}

async fn try_to_move() -> bool {
    let (begin, busy_has_begun) = oneshot::channel();
    let (end, stopped) = mpsc::channel::<()>(); // that of `std`: `recv` blocks the thread
    let (wake, go_on) = oneshot::channel();
    let busy = async move {
        begin.send(()).expect("main waits for it");
        let _ = stopped.recv();
    };
    let task = spawn(begin_and_end(busy.lane("busy"), go_on).lane("A"));
    busy_has_begun.await.expect("it is sent");
    wake.send(()).expect("A waits for it"); // the thread that is not busy takes A
    let (began, ended) = task.await.expect("it does not panic");
    drop(end);
    began != ended
}

pub fn moved() -> bool {
    let runtime = two_workers();
    for _ in 0..1000 {
        if runtime.block_on(try_to_move()) {
            say!("A began on one thread and ended on another");
            return true;
        } // "busy" was taken by the other thread: try again
    }
    false
}
// ANCHOR_END: moved

pub fn stage() -> Stage {
    Stage::of(include_str!("multi_thread.rs"))
        .keeps_real_time("has a runtime with several threads, whose clock cannot be paused")
        .blocking_scene("at once", at_once)
        .blocking_scene("moved", moved)
}

fn main() -> ExitCode {
    stage().run()
}
