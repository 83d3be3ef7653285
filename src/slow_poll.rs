//! asyncio's debug mode for any future: a poll that takes too long is reported, with its place.
//!
//! ```
//! use async_concepts::{block, record, say, slow_poll::SlowPollExt};
//! use std::time::Duration;
//!
//! let run = record("request", || {
//!     let request = async { block(Duration::from_millis(350)) };
//!     let limit = Duration::from_millis(100);
//!     request.report_slow_polls(limit, |slow| say!("a poll took {:?}", slow.took))
//! });
//! assert_eq!(run.transcript(), ["0.350 main a poll took 350ms"]);
//! ```
//!
//! asyncio's loop calls everything that runs on it, so one switch (`loop.set_debug`) is enough to
//! time all of it. Tokio has hooks before and after each poll of a task, but they are not stable.
//! What works on stable Rust is a wrapper around a future: it looks at the clock, polls the future,
//! and looks at the clock again. So each future that is to be timed has to be wrapped, best where
//! it is spawned.
//!
//! The wrapper needs neither a recording nor a lane. It costs two looks at the clock for each poll;
//! `benches/README.md` says how long that takes.
// A picture, for rustdoc alone.
#![doc = ""]
#![doc = "<div>"]
#![cfg_attr(doc, doc = include_str!("../docs/blocked_loop.svg"))]
#![doc = "</div>"]
use std::{
    fmt::{self, Display},
    panic::Location,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::Instant;

/// Gives futures the method [`report_slow_polls`](SlowPollExt::report_slow_polls).
pub trait SlowPollExt: Future + Sized {
    /// Calls `report` after each poll that took `limit` or longer, on tokio's clock. asyncio's
    /// `slow_callback_duration` is 100 ms.
    ///
    /// If a timed future contains another timed future, a slow poll of the inner one makes the
    /// outer poll slow, too: both are reported, the inner one first. A poll that panics or never
    /// returns is not reported. Dropping this future drops what it wraps, and that is not timed.
    #[track_caller]
    fn report_slow_polls<R: FnMut(SlowPoll)>(self, limit: Duration, report: R) -> Timed<Self, R> {
        Timed { future: self, limit, report, place: Location::caller() }
    }
}
impl<F: Future> SlowPollExt for F {}

/// A poll that took too long.
#[derive(Clone, Copy, Debug)]
pub struct SlowPoll {
    /// How long it took.
    pub took: Duration,
    /// Where [`report_slow_polls`](SlowPollExt::report_slow_polls) was called.
    pub place: &'static Location<'static>,
}

/// `a poll took 350 ms (blocked_loop.rs:42)`.
impl Display for SlowPoll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = Path::new(self.place.file()).file_name().unwrap_or_default().display();
        write!(f, "a poll took {} ms ({file}:{})", self.took.as_millis(), self.place.line())
    }
}

pin_project_lite::pin_project! {
    /// A future whose polls are timed: see [`SlowPollExt::report_slow_polls`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Timed<F, R> {
        // What is timed.
        #[pin]
        future: F,
        // A poll that takes as long as this, or longer, is reported.
        limit: Duration,
        // Called after such a poll, and not during it.
        report: R,
        // Names the future in a report: its type would say nothing to a reader.
        place: &'static Location<'static>,
    }
}

impl<F: Future, R: FnMut(SlowPoll)> Future for Timed<F, R> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // Tokio's clock, so that a test on the paused one sees a poll that `block`s.
        let begin = Instant::now();
        let poll = this.future.poll(cx);
        let took = begin.elapsed();
        if took >= *this.limit {
            (this.report)(SlowPoll { took, place: this.place });
        }
        poll
    }
}
