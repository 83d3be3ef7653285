//! A protocol that knows nothing of sockets, and one driver that carries it over any transport.
//!
//! ```
//! use async_concepts::{
//!     protocol::{Deadlines, Outbox, Protocol, drive},
//!     record,
//! };
//! use std::time::Duration;
//! use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
//!
//! struct Shout;
//!
//! impl Protocol for Shout {
//!     fn data_received(&mut self, outbox: &mut Outbox, data: &[u8]) {
//!         outbox.write(&data.to_ascii_uppercase());
//!     }
//! }
//!
//! let run = record("shout", || async {
//!     let (mut near, far) = duplex(64);
//!     let deadlines = Deadlines { read: Duration::from_secs(30), write: Duration::from_secs(5) };
//!     let server = tokio::spawn(async move { drive(far, &mut Shout, deadlines).await });
//!     near.write_all(b"hello").await?;
//!     near.shutdown().await?;
//!     let mut answer = String::new();
//!     near.read_to_string(&mut answer).await?;
//!     server.await.expect("it does not panic")?;
//!     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(answer)
//! });
//! assert_eq!(run.output().unwrap(), "HELLO");
//! ```
//!
//! # What asyncio has in one piece
//!
//! asyncio's `Protocol` is called back by a transport, and calls that transport in turn. In Rust
//! there are four pieces:
//!
//! - The **transport** is whatever implements [`AsyncRead`] and [`AsyncWrite`]: a socket, a pair of
//!   pipes ([`tokio::io::join`]), TLS, or [`tokio::io::duplex`] in memory. Datagrams are not a
//!   stream of bytes, so they are no transport here.
//! - The **codec** makes messages of the bytes, which come in pieces of any length: [`Lines`] here,
//!   or a `Decoder` of the crate `tokio-util`.
//! - The **protocol** decides what to answer. It is *sans-IO*: bytes in, bytes out, and no socket,
//!   clock or `await`. So its tests are tables that need no runtime, and that can cut the input at
//!   every byte.
//! - The **driver**, [`drive`], does all the waiting: it reads, hands over, writes, and keeps to
//!   the deadlines.
//!
//! Four pieces pay when one protocol has several transports, or has to be tested without any. A
//! dialogue in which each side knows what comes next is shorter as a plain `async fn`, which is a
//! state machine too, written by the compiler.
//!
//! # What differs
//!
//! asyncio goes on reading while the peer does not take its answers, and keeps the answers in
//! memory. So it has to tell the protocol when they are too many (`pause_writing`), and the
//! protocol has to listen. [`drive`] reads nothing while it writes: a peer that does not take its
//! answers cannot ask any more, and no more is kept than the answers to one read. If the peer does
//! the same, both wait for each other; then the deadline for writing ends the conversation.
//!
//! [`AsyncRead`]: tokio::io::AsyncRead
//! [`AsyncWrite`]: tokio::io::AsyncWrite
// A picture, for rustdoc alone.
#![doc = ""]
#![doc = "<div>"]
#![cfg_attr(doc, doc = include_str!("../docs/protocol.svg"))]
#![doc = "</div>"]
mod drive;
mod lines;

pub use drive::{ConnectionError, Deadlines, drive};
pub use lines::{Lines, TooLong};

/// One side of a conversation, as a state machine: asyncio's [`Protocol`].
///
/// The calls come in this order: `connection_made` once; `data_received` any number of times;
/// `eof_received` at most once; `connection_lost` once.
///
/// [`Protocol`]: https://docs.python.org/3/library/asyncio-protocol.html#asyncio.Protocol
pub trait Protocol {
    /// The connection is there. A protocol that speaks first does it here.
    fn connection_made(&mut self, outbox: &mut Outbox) {
        let _ = outbox;
    }

    /// Some bytes have come, at least one. Where they are cut has no meaning.
    fn data_received(&mut self, outbox: &mut Outbox, data: &[u8]);

    /// The other side will write no more, but may still read. What is in the outbox is sent, and
    /// then the connection is closed, as it is in asyncio if `eof_received` returns nothing.
    fn eof_received(&mut self, outbox: &mut Outbox) {
        let _ = outbox;
    }

    /// The connection is gone; without an error if one of the two sides closed it.
    fn connection_lost(&mut self, error: Option<&ConnectionError>) {
        let _ = error;
    }
}

/// What a protocol has to say, until the driver has sent it; the half of asyncio's transport that a
/// protocol sees.
#[derive(Debug, Default)]
pub struct Outbox {
    /// What the protocol has written and the driver has not taken yet, oldest first.
    bytes: Vec<u8>,
    /// `close` was called: nothing is added to `bytes` any more, and what is there is still sent.
    closed: bool,
}

impl Outbox {
    /// An empty one: for tests, and for drivers.
    pub fn new() -> Outbox {
        Outbox::default()
    }

    /// Adds bytes to what is to be sent. After [`close`](Outbox::close) it does nothing.
    pub fn write(&mut self, bytes: &[u8]) {
        if !self.closed {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Ends the conversation, once all that was written before has been sent.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Whether [`close`](Outbox::close) was called. After that, a driver calls only
    /// `connection_lost`.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Takes out what is to be sent.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}
