//! Asynchronous Rust, made visible, exact and comparable.
//!
//! This library is what the examples share; the examples are what it is for. Start with one of
//! them:
//!
//! ```sh
//! cargo run --example gather
//! ```
//!
//! It runs for three seconds, prints each line as it happens, and then draws what was polled when,
//! what waited for what, and what woke it. The README lists all of them, in reading order.
//!
//! - [`timeline`] records a run and draws it. Most examples need two things of it:
//!   [`LaneExt::lane`] names a future (or a stream: [`StreamLaneExt`]), and [`say!`] prints a line.
//! - [`schedules`] runs a program in every order of its ready lanes, or with a cancellation at
//!   every await, and draws the run that breaks a claim.
//! - [`stage`] runs an example: on the real clock or on a paused one, with or without its timeline.
//! - [`context`] is what Python calls an async context manager; Rust has none. It cleans up even
//!   when the code inside it is cancelled.
//! - [`protocol`] is asyncio's `Protocol` without I/O, and a driver that carries it over any
//!   transport.
//! - [`event_loop`] is asyncio's event loop: a core that is read alone, in order, and beside it
//!   what is built on that core.
//! - [`slow_poll`] reports what keeps the thread for too long, as asyncio's debug mode does.
//!
//! A test of your own that hangs can be recorded, too: [`in_your_own_tests`] says how.
//!
//! For those who know asyncio, [`from_asyncio_to_tokio`] has a row for each of its names: what
//! takes its place, and the difference that you would not expect.
//!
//! A test runs a coroutine with [`record`], on a paused clock: when everything waits, the clock
//! moves on at once. The test asserts what the coroutine returned, how long it took and each line
//! that it printed:
//!
//! ```
//! use async_concepts::{record, say};
//! use std::time::Duration;
//! use tokio::time::sleep;
//!
//! async fn coffee() -> &'static str {
//!     say!("grind");
//!     sleep(Duration::from_secs(20)).await;
//!     say!("pour");
//!     "coffee"
//! }
//!
//! let run = record("coffee", coffee);
//! assert_eq!(run.elapsed, Duration::from_secs(20)); // in no time at all
//! assert_eq!(run.transcript(), ["0.000 main grind", "20.000 main pour"]);
//! assert_eq!(run.output(), "coffee");
//! ```
// A picture. Only rustdoc reads its file: a build does not need it.
#![doc = ""]
#![doc = "<div>"]
#![cfg_attr(doc, doc = include_str!("../docs/gather.svg"))]
#![doc = "</div>"]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod context;
#[cfg(feature = "event_loop")]
pub mod event_loop;
pub mod from_asyncio_to_tokio;
#[doc = "# Glossary"]
#[doc = ""]
#[doc = include_str!("../docs/glossary.md")]
#[doc = ""]
#[doc = "<div>"]
#[cfg_attr(doc, doc = include_str!("../docs/futurelock.svg"))]
#[doc = "</div>"]
pub mod glossary {}
#[doc = "# In your own tests"]
#[doc = ""]
#[doc = include_str!("../docs/in_your_own_tests.md")]
pub mod in_your_own_tests {}
pub mod protocol;
#[cfg(feature = "schedules")]
pub mod schedules;
pub mod slow_poll;
#[cfg(feature = "stage")]
pub mod stage;
pub mod timeline;
mod waker;

#[cfg(feature = "stage")]
pub use stage::record_blocking;
pub use timeline::{LaneExt, StreamLaneExt, block, callback, on_thread, record};
