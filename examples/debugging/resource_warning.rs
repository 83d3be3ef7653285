//! Resource warning: something is never closed. What `Drop` does by itself, and what it cannot do.
//!
//! In Python: `ResourceWarning`, if the collector finds it, see `resource_warning.py` beside this
//! file. In "unclosed loop" Python's collector finds the loop, warns, and closes it; in Rust
//! nothing drops it. In "unflushed transport" Python's transport writes at once and stays open with
//! its loop, until the collector warns; Rust's `BufWriter` closes with its bytes not flushed. In
//! "dropped tasks" nothing cancels Python's tasks, so both go on. In "stopped tasks" Python's group
//! wakes `main` once, when the last task has ended.
//! Look for: Rust closes what goes out of scope, there and then, so it has no such warnings. Three
//! things it cannot close: a loop that owns a call that owns the loop, a buffer that would have to
//! be flushed by an `await`, and a task that is only dropped, not asked. Each has its cure in a
//! second scene.
//!
//!     cargo run --example resource_warning
use async_concepts::{
    LaneExt, callback,
    event_loop::{self, EventLoop},
    say,
    stage::Stage,
};
use std::{io, process::ExitCode, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufWriter, DuplexStream, duplex},
    spawn,
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

struct Resource(&'static str);

impl Drop for Resource {
    fn drop(&mut self) {
        say!("{} released", self.0);
    }
}

// ANCHOR: event_loop
fn loop_with_a_call() -> event_loop::Result<EventLoop> {
    let event_loop = EventLoop::new()?;
    let owned = (Resource("file"), event_loop.clone());
    event_loop.call_later(ms(1000), callback("later", move || drop(owned)))?;
    Ok(event_loop)
}

pub fn unclosed_loop() -> event_loop::Result<()> {
    drop(loop_with_a_call()?); // a trap: the loop owns the call, and the call the loop
    say!("the loop is dropped");
    Ok(())
}

pub fn closed_loop() -> event_loop::Result<()> {
    loop_with_a_call()?.close()?;
    say!("the loop is closed");
    Ok(())
}
// ANCHOR_END: event_loop

// ANCHOR: transport
async fn read(mut transport: DuplexStream) -> io::Result<String> {
    let mut text = String::new();
    transport.read_to_string(&mut text).await?;
    say!("“{text}”, and the end");
    Ok(text)
}

pub async fn unflushed_transport() -> io::Result<String> {
    let (ours, theirs) = duplex(64);
    let reader = spawn(read(theirs).lane("reader"));
    let mut writer = BufWriter::new(ours);
    writer.write_all(b"hello").await?;
    drop(writer); // a trap: the transport is closed, and what is still in the buffer is lost
    reader.await?
}

pub async fn closed_transport() -> io::Result<String> {
    let (ours, theirs) = duplex(64);
    let reader = spawn(read(theirs).lane("reader"));
    let mut writer = BufWriter::new(ours);
    writer.write_all(b"hello").await?;
    writer.shutdown().await?; // flushes, and closes
    reader.await?
}
// ANCHOR_END: transport

// ANCHOR: tasks
async fn work(stop: CancellationToken, goodbye: Duration) {
    let _lock = Resource("lock");
    stop.run_until_cancelled(sleep(ms(300))).await;
    sleep(goodbye).await; // to a server, for example
    say!("cleaned up");
}

pub async fn dropped_tasks() {
    let stop = CancellationToken::new();
    let mut group = JoinSet::new();
    group.spawn(work(stop.clone(), ms(10)).lane("A"));
    let handle = spawn(work(stop.clone(), ms(20)).lane("B"));
    sleep(ms(100)).await;
    drop(group); // a trap: A is aborted where it waits
    drop(handle); // a trap: B's result is lost, and B goes on
    say!("both are dropped");
    sleep(ms(300)).await;
}

pub async fn stopped_tasks() {
    let stop = CancellationToken::new();
    let mut group = JoinSet::new();
    group.spawn(work(stop.clone(), ms(10)).lane("A"));
    group.spawn(work(stop.clone(), ms(20)).lane("B"));
    sleep(ms(100)).await;
    stop.cancel();
    group.join_all().await;
    say!("both have ended");
}
// ANCHOR_END: tasks

pub fn stage() -> Stage {
    Stage::of(include_str!("resource_warning.rs"))
        .blocking_scene("unclosed loop", unclosed_loop)
        .blocking_scene("closed loop", closed_loop)
        .variant_of("unclosed loop")
        .scene("unflushed transport", unflushed_transport)
        .scene("closed transport", closed_transport)
        .variant_of("unflushed transport")
        .scene("dropped tasks", dropped_tasks)
        .scene("stopped tasks", stopped_tasks)
        .variant_of("dropped tasks")
}

fn main() -> ExitCode {
    stage().run()
}
