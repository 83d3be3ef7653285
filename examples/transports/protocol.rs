//! Protocol: what to answer to which bytes, without a socket, a clock or an `await`.
//!
//! In Python: `asyncio.Protocol` and its four callbacks, see `protocol.py` beside this file.
//! Look for: The answers are the same, however the network cuts the bytes; they are wrong if each
//! piece is taken for a line. Since the protocol does no I/O, here `main` plays the network, a test
//! can cut at every byte, and any runtime can drive it.
//!
//!     cargo run --example protocol
use async_concepts::{
    protocol::{ConnectionError, Lines, Outbox, Protocol, TooLong},
    say,
    stage::Stage,
};
use std::{process::ExitCode, time::Duration};
use tokio::time::sleep;

// ANCHOR: protocol
/// Answers each line with the same line.
pub struct Echo {
    lines: Lines,
}

impl Echo {
    /// For lines of at most this many bytes.
    pub fn new(longest: usize) -> Echo {
        Echo { lines: Lines::up_to(longest) }
    }

    fn line(&self, outbox: &mut Outbox, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        say!("line: {line}");
        outbox.write(format!("echo: {line}\n").as_bytes());
    }
}

impl Protocol for Echo {
    fn connection_made(&mut self, _: &mut Outbox) {
        say!("connection made");
    }

    fn data_received(&mut self, outbox: &mut Outbox, data: &[u8]) {
        self.lines.push(data);
        while !outbox.is_closed()
            && let Some(line) = self.lines.next()
        {
            match line {
                Ok(line) => self.line(outbox, &line),
                Err(TooLong) => {
                    outbox.write(b"too long\n");
                    outbox.close();
                }
            }
        }
    }

    fn eof_received(&mut self, outbox: &mut Outbox) {
        if let Some(unfinished) = self.lines.rest() {
            self.line(outbox, &unfinished);
        }
    }

    fn connection_lost(&mut self, error: Option<&ConnectionError>) {
        match error {
            None => say!("connection lost"),
            Some(error) => say!("connection lost: {error}"),
        }
    }
}
// ANCHOR_END: protocol

// ANCHOR: trap
/// A trap: it takes each piece that comes for a line.
pub struct Plain;

impl Protocol for Plain {
    fn data_received(&mut self, outbox: &mut Outbox, data: &[u8]) {
        let line = String::from_utf8_lossy(data);
        outbox.write(format!("echo: {}\n", line.trim_end()).as_bytes());
    }
}
// ANCHOR_END: trap

// ANCHOR: network
/// Plays the network: delivers the pieces, 100 ms after each other, and returns all the answers.
async fn deliver(mut protocol: impl Protocol, pieces: &[&str]) -> String {
    let mut outbox = Outbox::new();
    let mut answers = String::new();
    protocol.connection_made(&mut outbox);
    for piece in pieces {
        sleep(Duration::from_millis(100)).await;
        say!("data received: {piece:?}");
        protocol.data_received(&mut outbox, piece.as_bytes());
        answers += &String::from_utf8_lossy(&outbox.take());
    }
    protocol.eof_received(&mut outbox);
    answers += &String::from_utf8_lossy(&outbox.take());
    protocol.connection_lost(None);
    say!("answers: {answers:?}");
    answers
}

pub async fn whole() -> String {
    deliver(Echo::new(80), &["one\ntwo\nthree\n"]).await
}

pub async fn cut() -> String {
    deliver(Echo::new(80), &["one\nt", "w", "o\nthree\n"]).await
}

pub async fn without_a_codec() -> String {
    deliver(Plain, &["one\nt", "w", "o\nthree\n"]).await
}
// ANCHOR_END: network

pub fn stage() -> Stage {
    Stage::of(include_str!("protocol.rs"))
        .scene("in one piece", whole)
        .scene("cut", cut)
        .variant_of("in one piece")
        .scene("cut, without a codec", without_a_codec)
        .variant_of("in one piece")
}

fn main() -> ExitCode {
    stage().run()
}
