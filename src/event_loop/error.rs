//! What can go wrong: what asyncio raises, as values.

use std::fmt;
use std::sync::Arc;

/// Whatever asyncio would raise: cancellation, an exception of the program, or a wrong use of the loop.
///
/// Callbacks, coroutines and futures share this one type, so that `?` carries an error on as an exception travels in Python. It
/// can be cloned, because a finished future hands the same outcome to everybody who asks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// Somebody called `cancel`. Pass it on with `?`, unless you mean to refuse the request.
    Cancelled,
    /// An error of the program itself, made with [`Error::exception`].
    Exception(Arc<dyn std::error::Error + Send + Sync>),
    /// A callback or coroutine panicked, with this message. As after an exception in Python, the loop goes on.
    Panicked(Arc<str>),
    /// `wait_for` or `as_completed` ran out of time.
    Timeout,
    /// The outcome of a future was read too early.
    ResultNotReady,
    /// A future that is done was given an outcome again.
    AlreadyDone,
    /// The loop was started, or closed, while it runs.
    LoopIsRunning,
    /// The loop was started inside another one.
    AnotherLoopIsRunning,
    /// The loop was used after `close`.
    LoopIsClosed,
    /// The running loop was asked for outside its callbacks and tasks, or on another thread.
    NoRunningLoop,
    /// `stop` was called under `run_until_complete`.
    LoopStopped,
    /// Nothing can ever happen any more. asyncio sleeps for ever here; Rust knows who still owns a way to wake the loop.
    Idle,
    /// A task awaits itself.
    AwaitsItself,
    /// A task awaits a future of a loop that is not running.
    OtherLoop,
    /// `wait` was given no futures.
    NothingToWaitFor,
}

/// What everything that asyncio could refuse returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Wraps an error, or a message, that the program raises.
    pub fn exception(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Exception(Arc::from(error.into()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Exception(error) => return error.fmt(formatter),
            Self::Panicked(message) => return write!(formatter, "panicked: {message}"),
            Self::Cancelled => "cancelled",
            Self::Timeout => "the time was up before the future was done",
            Self::ResultNotReady => "the future has no result yet: await it, or ask `done` first",
            Self::AlreadyDone => "the future is done and its result cannot be set again: ask `done` first",
            Self::LoopIsRunning => "the event loop is running: call `stop` and let `run_forever` return first",
            Self::AnotherLoopIsRunning => "another event loop runs on this thread: await in that one, or use a thread",
            Self::LoopIsClosed => "the event loop is closed: make a new one",
            Self::NoRunningLoop => {
                "no event loop runs on this thread: call this from a callback or a task, or reach the loop through a \
                 `ThreadsafeHandle`"
            }
            Self::LoopStopped => "the loop was stopped before the future was done: leave out `stop`, or `run_forever`",
            Self::Idle => {
                "the event loop would wait for ever: nothing is ready, no timer is set, and nobody outside can wake it; \
                 call `stop` when the work is done"
            }
            Self::AwaitsItself => "a task cannot await itself: await it in another task",
            Self::OtherLoop => "the future belongs to another event loop: await it in a task of that loop",
            Self::NothingToWaitFor => "there is nothing to wait for: give `wait` at least one future",
        })
    }
}

impl std::error::Error for Error {}
