//! Flow control: a writer that is faster than its reader has to wait; and how a side says “done”.
//!
//! In Python: `pause_writing`, `drain` and `write_eof`, see `flow_control.py` beside this file.
//! Look for: In Rust a write with no room waits; in Python `write` takes all and asks for a pause.
//! In "half-close" Rust says “done” with `shutdown`, Python with `write_eof`. In "a half that is
//! dropped" Python's `write_eof` stands for the drop of Rust's pipe. Traps: both write before they
//! read; a dropped half of `io::split` closes nothing (one of `into_split` does).
//!
//!     cargo run --example flow_control
use async_concepts::{LaneExt, say, stage::Stage};
use futures::join;
use std::{process::ExitCode, str::from_utf8, time::Duration};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::{sync::mpsc, time::sleep, time::timeout};

const WORDS: [&str; 4] = ["each", "word", "four", "byte"];
/// A pipe has room for one word.
const ROOM: usize = 4;
const TIMEOUT: Duration = Duration::from_secs(1);

/// Takes its time over each word.
async fn read(mut pipe: impl AsyncRead + Unpin) {
    let mut word = [0; ROOM];
    loop {
        sleep(Duration::from_millis(100)).await;
        match pipe.read(&mut word).await.expect("a pipe in memory does not fail") {
            0 => break say!("end"),
            length => say!("read {}", from_utf8(&word[..length]).expect("a word")),
        }
    }
}

// ANCHOR: unbounded
pub async fn unbounded() {
    let (mut pipe, reader) = duplex(ROOM);
    let (writer, mut buffer) = mpsc::unbounded_channel(); // a trap: it has room for everything
    let writer = async move {
        for word in WORDS {
            writer.send(word).expect("the reader is there");
            say!("wrote {word}");
        }
    };
    let transport = async {
        while let Some(word) = buffer.recv().await {
            pipe.write_all(word.as_bytes()).await.expect("the peer reads");
        }
        drop(pipe);
    };
    join!(read(reader).lane("reader"), transport.lane("buffer"), writer.lane("writer"));
}
// ANCHOR_END: unbounded

// ANCHOR: backpressure
pub async fn back_pressure() {
    let (mut pipe, reader) = duplex(ROOM);
    let writer = async move {
        for word in WORDS {
            pipe.write_all(word.as_bytes()).await.expect("the peer reads");
            say!("wrote {word}");
        }
    };
    join!(read(reader).lane("reader"), writer.lane("writer"));
}
// ANCHOR_END: backpressure

// ANCHOR: both
async fn write_then_read(pipe: &mut DuplexStream) {
    match timeout(TIMEOUT, pipe.write_all(b"question")).await {
        Ok(written) => written.expect("the peer reads"),
        Err(_) => return say!("the peer does not read"),
    }
    hear(pipe).await;
}

async fn write_and_read(pipe: DuplexStream) {
    let (mut reader, mut writer) = split(pipe);
    let (_, written) = join!(hear(&mut reader), timeout(TIMEOUT, writer.write_all(b"question")));
    written.expect("in time").expect("the peer reads");
}

async fn hear(reader: &mut (impl AsyncRead + Unpin)) {
    let mut question = [0; 8];
    let heard = timeout(TIMEOUT, reader.read_exact(&mut question)).await;
    heard.expect("in time").expect("the peer writes");
    say!("heard the {}", from_utf8(&question).expect("a word"));
}

pub async fn both_write_first() {
    let (mut near, mut far) = duplex(ROOM);
    join!(write_then_read(&mut near).lane("A"), write_then_read(&mut far).lane("B"));
}

pub async fn both_at_once() {
    let (near, far) = duplex(ROOM);
    join!(write_and_read(near).lane("A"), write_and_read(far).lane("B"));
}
// ANCHOR_END: both

// ANCHOR: half
/// Adds up numbers; how many, only the end of the question tells.
async fn add_up(mut pipe: DuplexStream) {
    let mut question = String::new();
    pipe.read_to_string(&mut question).await.expect("text");
    say!("asked for {question}");
    sleep(Duration::from_millis(100)).await;
    let sum: u32 = question.split('+').filter_map(|number| number.parse::<u32>().ok()).sum();
    let _ = pipe.write_all(sum.to_string().as_bytes()).await; // the peer may have gone
}

async fn ask(pipe: DuplexStream, end: impl AsyncFnOnce(&mut (dyn AsyncWrite + Unpin))) {
    let (mut reader, mut writer) = split(pipe);
    writer.write_all(b"1+2+3").await.expect("the peer reads");
    end(&mut writer).await;
    drop(writer);
    let mut answer = String::new();
    match timeout(TIMEOUT, reader.read_to_string(&mut answer)).await {
        Ok(_) => say!("answer: {answer}"),
        Err(_) => say!("no answer"),
    }
}

pub async fn half_dropped() {
    let (near, far) = duplex(64);
    let client = ask(near, async |_| {}); // a trap: it is closed when both halves are dropped
    join!(client.lane("client"), add_up(far).lane("server"));
}

pub async fn half_closed() {
    let (near, far) = duplex(64);
    let client = ask(near, async |writer| writer.shutdown().await.expect("it is open"));
    join!(client.lane("client"), add_up(far).lane("server"));
}
// ANCHOR_END: half

pub fn stage() -> Stage {
    Stage::of(include_str!("flow_control.rs"))
        .scene("no back-pressure", unbounded)
        .scene("back-pressure", back_pressure)
        .variant_of("no back-pressure")
        .scene("both write first", both_write_first)
        .scene("both write and read", both_at_once)
        .variant_of("both write first")
        .scene("a half that is dropped", half_dropped)
        .scene("half-close", half_closed)
        .variant_of("a half that is dropped")
}

fn main() -> ExitCode {
    stage().run()
}
