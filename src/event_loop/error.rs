//! What can go wrong: what asyncio raises, as values.

use std::error::Error as StdError;
use std::sync::Arc;

/// Whatever asyncio would raise: cancellation, an exception of the program, or a wrong use of the loop.
///
/// Callbacks, coroutines and futures share this one type, so that `?` carries an error on as an exception travels in Python. It
/// can be cloned, because a finished future hands the same outcome to everybody who asks. The sentences below, which say what
/// went wrong and what to do, are also what it prints.
#[derive(Clone, Debug, displaydoc::Display)]
#[ignore_extra_doc_attributes]
#[non_exhaustive]
pub enum Error {
    /// cancelled
    ///
    /// Somebody called `cancel`. Pass it on with `?`, unless you mean to refuse the request.
    Cancelled,
    /// {0}
    ///
    /// An error of the program itself, made with [`Error::exception`].
    Exception(Arc<dyn StdError + Send + Sync>),
    /// panicked: {0}
    ///
    /// A callback or coroutine panicked, with this message. As after an exception in Python, the loop goes on.
    Panicked(Arc<str>),
    /// the time was up before the future was done
    Timeout,
    /// the future has no result yet: await it, or ask `done` first
    ResultNotReady,
    /// the future is done and its result cannot be set again: ask `done` first
    AlreadyDone,
    /// the event loop is running: call `stop` and let `run_forever` return first
    LoopIsRunning,
    /// another event loop runs on this thread: await in that one, or use a thread
    AnotherLoopIsRunning,
    /// the event loop is closed: make a new one
    LoopIsClosed,
    /// no event loop runs on this thread: call this from a callback or a task, or reach the loop by a `ThreadsafeHandle`
    NoRunningLoop,
    /// the loop was stopped before the future was done: leave out `stop`, or `run_forever`
    LoopStopped,
    /// the event loop would wait for ever, since nobody can wake it any more: call `stop` when the work is done
    ///
    /// asyncio sleeps for ever here; Rust knows who still owns a way to wake the loop.
    Idle,
    /// a task cannot await itself: await it in another task
    AwaitsItself,
    /// the future belongs to another event loop: await it in a task of that loop
    OtherLoop,
    /// there is nothing to wait for: give `wait` at least one future
    NothingToWaitFor,
}

/// What everything that asyncio could refuse returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Wraps an error, or a message, that the program raises.
    pub fn exception(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Exception(Arc::from(error.into()))
    }
}

impl StdError for Error {}
