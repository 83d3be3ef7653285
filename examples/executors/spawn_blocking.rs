//! Spawn blocking: work that keeps a thread busy gets a thread of its own, and the loop goes on.
//!
//! In Python: `loop.run_in_executor`, or `asyncio.to_thread`, see `spawn_blocking.py` beside this
//! file.
//! Look for: The heart beats on while the hash is computed. `main` waits as for anything else, and
//! is woken by `hash`; `blocked_loop` shows the same without a thread. What the thread gets must be
//! `Send`: Rust refuses what only goes wrong now and then in Python.
//!
//!     cargo run --example spawn_blocking
use async_concepts::{
    LaneExt, block,
    event_loop::{self, EventLoop},
    on_thread, say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::{spawn, task::spawn_blocking, time::sleep};

const BEAT: Duration = Duration::from_millis(100);

/// Slow on purpose: it slows down anyone who tries all passwords, too.
fn hash(password: &str) -> u32 {
    say!("begin");
    block(Duration::from_millis(350)); // stands for what a processor needs that long for
    say!("end");
    password.bytes().fold(5381, |hash: u32, byte| hash.wrapping_mul(33) ^ u32::from(byte))
}

// ANCHOR: run_in_executor
async fn heart() -> event_loop::Result<()> {
    loop {
        say!("beat");
        event_loop::sleep(BEAT).await?;
    }
}

pub fn run_in_executor() -> event_loop::Result<u32> {
    let event_loop = EventLoop::new()?;
    let heart = event_loop.create_task(heart().lane("heart"))?;
    let hash = event_loop.run_in_executor(None, on_thread("hash", || hash("sesame")))?;
    let hash = event_loop.run_until_complete(hash)?;
    say!("{hash}");
    heart.cancel();
    event_loop.close()?;
    Ok(hash)
}
// ANCHOR_END: run_in_executor

// ANCHOR: spawn_blocking
async fn tokio_heart() {
    loop {
        say!("beat");
        sleep(BEAT).await;
    }
}

pub async fn tokio() -> u32 {
    let heart = spawn(tokio_heart().lane("heart"));
    let hash =
        spawn_blocking(on_thread("hash", || hash("sesame"))).await.expect("a hash does not panic");
    say!("{hash}");
    heart.abort();
    let _ = heart.await; // "cancelled"
    hash
}
// ANCHOR_END: spawn_blocking

pub fn stage() -> Stage {
    Stage::of(include_str!("spawn_blocking.rs"))
        .blocking_scene("event loop", run_in_executor)
        .scene("tokio", tokio)
        .variant_of("event loop")
}

fn main() -> ExitCode {
    stage().run()
}
