//! What a recording consists of: events in the order in which they happened.
//!
//! Everything that is drawn later is derived from this list, so it holds what was *seen* (a poll began, a waker
//! was rung, a future was dropped) and leaves what it *means* (waiting, ready, cancelled) to the chart.
use std::{any::Any, backtrace::Backtrace, panic::Location, time::Duration};

/// A lane's number: lanes are numbered in the order in which they were created, and 0 is `main`.
pub type LaneId = usize;

/// One thing that happened to one lane.
#[derive(Debug)]
pub struct Event {
    /// Time since the run began, on the run's clock.
    pub at: Duration,
    /// 0 is the runtime's thread; others are numbered from 1, and a number is used again once its thread has left.
    pub thread: usize,
    /// Whom it happened to.
    pub lane: LaneId,
    /// What happened.
    pub what: What,
}

/// What can happen to a lane.
#[derive(Debug)]
pub enum What {
    /// `.lane(name)` was called, or [`super::on_thread`].
    Created {
        /// The name it was given.
        name: String,
        /// The lane that ran at that moment, if one did.
        parent: Option<LaneId>,
    },
    /// Its future is being polled from here on, or its closure has begun.
    PollStart,
    /// That poll has returned.
    PollEnd(Polled),
    /// The waker that its future was given has been rung.
    Woken {
        /// Who rang.
        by: Ringer,
    },
    /// It was dropped before it was done: cancelled.
    Dropped {
        /// The lane that ran at that moment, if one did.
        by: Option<LaneId>,
        /// Nobody ran, and its future is one that the runtime itself polls: the task was aborted.
        aborted: bool,
    },
    /// It printed a line.
    Says(String),
}

/// What a poll returned.
#[derive(Debug)]
pub enum Polled {
    /// `Poll::Pending`.
    Pending,
    /// `Poll::Ready`.
    Ready,
    /// It did not return: it panicked, with this message.
    Panicked(String),
}

impl Polled {
    /// What a closure that was called counts as: it has either returned or panicked.
    pub(super) fn of<R>(result: &Result<R, Box<dyn Any + Send>>) -> Polled {
        result
            .as_ref()
            .map_or_else(|panic| Polled::Panicked(panic_message(&**panic)), |_| Polled::Ready)
    }
}

/// What `panic!` was given, if it was text.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "something that is not text".into())
}

/// Who rang a lane's waker.
#[derive(Debug)]
pub enum Ringer {
    /// A lane, while it was being polled; or, for whoever joined it, a lane that had ended the moment before.
    Lane(LaneId),
    /// The runtime's timer.
    Clock,
    /// The runtime, because the lane had asked for it at this same instant: `yield_now`, or a used-up budget.
    Yield,
    /// Something that is no lane: a socket, a signal, another thread, a task without a name.
    Outside,
    /// The runtime's thread, with nobody running: a timer, a socket, or a lane that gave way. Only the stack can tell.
    Traced(Box<Backtrace>),
}

impl Ringer {
    /// Settles [`Ringer::Traced`], once there is time for it.
    ///
    /// Tokio's timer and its I/O driver ring wakers from one place in one loop, and neither says which of them it
    /// is. Their functions do: a socket's wake comes through `tokio::runtime::io`, a timer's only through
    /// `tokio::runtime::time`. In a binary without symbols both are `Outside`, the weaker claim.
    pub(super) fn settled(self) -> Ringer {
        let Ringer::Traced(trace) = self else { return self };
        let trace = trace.to_string();
        if trace.contains("tokio::runtime::io::") {
            Ringer::Outside
        } else if trace.contains("tokio::runtime::time::") {
            Ringer::Clock
        } else if trace.contains("defer") {
            Ringer::Yield
        } else {
            Ringer::Outside
        }
    }
}

/// A line that was printed with [`say!`](crate::say).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Time since the run began, on the run's clock.
    pub at: Duration,
    /// The name of the lane that printed it; `-` if no lane was running.
    pub lane: String,
    /// The how-manieth of all names of lanes that is, so that lanes of one name have one colour.
    pub hue: Option<usize>,
    /// The text.
    pub text: String,
}

impl Line {
    /// Time, lane and text, the first two as wide as they usually are, so that lines stand in columns.
    pub fn columns(&self) -> [String; 3] {
        [format!("{:6.3}", self.at.as_secs_f64()), format!("{:<8}", self.lane), self.text.clone()]
    }
}

/// `time lane text`, with the time in seconds: what a Python twin prints too. `{:#}` prints it in columns.
impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if f.alternate() {
            return f.write_str(&self.columns().join(" "));
        }
        write!(f, "{:.3} {} {}", self.at.as_secs_f64(), self.lane, self.text)
    }
}

/// A place in the source, as `file:line`.
pub(super) fn place(location: &Location<'_>) -> String {
    format!("{}:{}", location.file(), location.line())
}
