//! Select loop: what loses in `select!` is dropped, and with it what it had half done.
//!
//! In Python: `asyncio.wait` of a `readline`, see `select_loop.py` beside this file. asyncio's
//! reader keeps what a cancelled `readline` has read, so the twin loses nothing.
//! Look for: "hel" comes before a tick, "lo" after it. In "lost" each round makes a new
//! `read_line`; the tick drops the one that has read "hel". "pinned" makes one future outside the
//! loop and only borrows it. "cancel safe" uses a reader that itself keeps what it has read: under
//! "cancel safety" the docs of a method say whether it does.
//!
//!     cargo run --example select_loop
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::join;
use std::{io, pin::pin, process::ExitCode, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex},
    select,
    time::{Instant, interval_at, sleep},
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Sends "hello\n" in two pieces, at 50 and at 150 ms.
async fn send(mut writer: DuplexStream) -> io::Result<()> {
    // ANCHOR: pieces
    sleep(ms(50)).await;
    writer.write_all(b"hel").await?;
    sleep(ms(100)).await;
    writer.write_all(b"lo\n").await
    // ANCHOR_END: pieces
}

// ANCHOR: lost
async fn read_line(reader: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<String> {
    let mut line = String::new(); // it belongs to this future
    reader.read_line(&mut line).await?;
    Ok(line)
}

async fn forgetful(reader: DuplexStream) -> io::Result<String> {
    let mut reader = BufReader::new(reader);
    let mut tick = interval_at(Instant::now() + ms(100), ms(100));
    // ANCHOR: round
    loop {
        select! {
            biased;
            // A trap: a new one in each round.
            line = read_line(&mut reader) => return line,
            _ = tick.tick() => say!("tick"),
        }
    }
    // ANCHOR_END: round
}
// ANCHOR_END: lost

// ANCHOR: pinned
async fn pinned(reader: DuplexStream) -> io::Result<String> {
    let mut reader = BufReader::new(reader);
    let mut tick = interval_at(Instant::now() + ms(100), ms(100));
    let mut line = pin!(read_line(&mut reader)); // one for all rounds
    loop {
        select! {
            biased;
            line = &mut line => return line,
            _ = tick.tick() => say!("tick"),
        }
    }
}
// ANCHOR_END: pinned

// ANCHOR: safe
async fn cancel_safe(reader: DuplexStream) -> io::Result<String> {
    let mut lines = BufReader::new(reader).lines(); // keeps the beginning of a line itself
    let mut tick = interval_at(Instant::now() + ms(100), ms(100));
    loop {
        select! {
            biased;
            line = lines.next_line() => return Ok(line?.unwrap_or_default() + "\n"),
            _ = tick.tick() => say!("tick"),
        }
    }
}
// ANCHOR_END: safe

async fn run(read: impl AsyncFnOnce(DuplexStream) -> io::Result<String>) -> io::Result<String> {
    let (near, far) = duplex(64);
    let reader = async { read(near).await.inspect(|line| say!("read {line:?}")) };
    let (sent, line) = join!(send(far).lane("writer"), reader.lane("reader"));
    sent.and(line)
}

pub async fn lost() -> io::Result<String> {
    run(forgetful).await
}

pub async fn kept() -> io::Result<String> {
    run(pinned).await
}

pub async fn safe() -> io::Result<String> {
    run(cancel_safe).await
}

fn the_line_is_whole(run: &SceneRun) -> bool {
    run.returns(|line: &io::Result<String>| matches!(line, Ok(line) if line == "hello\n"))
}

pub fn stage() -> Stage {
    Stage::of(include_str!("select_loop.rs"))
        .scene("lost", lost)
        .must_hold("the line is whole", the_line_is_whole)
        .scene("pinned", kept)
        .variant_of("lost")
        .must_hold("the line is whole", the_line_is_whole)
        .scene("cancel safe", safe)
        .variant_of("lost")
        .must_hold("the line is whole", the_line_is_whole)
}

fn main() -> ExitCode {
    stage().run()
}
