//! What can go wrong: what asyncio raises, as values.

use std::fmt;
use std::rc::Rc;

/// Everything that asyncio would raise: cancellation, an exception of the program, or a wrong use of the loop.
///
/// One type serves callbacks, coroutines and futures, so `?` carries an error onwards just as an exception travels in Python.
/// It can be cloned because a finished future hands the same outcome to everybody who asks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// `asyncio.CancelledError`: somebody called `cancel`. Pass it on with `?` unless you mean to refuse the request.
    Cancelled,
    /// An error of the program itself, made with [`Error::exception`].
    Exception(Rc<dyn std::error::Error>),
    /// A callback or coroutine panicked, with this message. The loop goes on, as asyncio's does after an exception.
    Panicked(Rc<str>),
    /// `TimeoutError`: [`wait_for`](super::wait_for) or [`as_completed`](super::as_completed) ran out of time.
    Timeout,
    /// `InvalidStateError`: the result of a future was read before it was set.
    ResultNotReady,
    /// `InvalidStateError`: a result or exception was set on a future that is already done.
    AlreadyDone,
    /// A loop was started that is running, or closed while it ran.
    LoopIsRunning,
    /// A loop was started from inside another loop on the same thread.
    AnotherLoopIsRunning,
    /// The loop is closed.
    LoopIsClosed,
    /// A function that needs the running loop was called where none runs: outside callbacks and tasks, or on another thread.
    NoRunningLoop,
    /// `stop` ended `run_until_complete` before its future was done.
    LoopStopped,
    /// Nothing is ready, no timer is set, and nothing outside can wake the loop: asyncio would now sleep for ever.
    Idle,
    /// A task awaits itself.
    AwaitsItself,
    /// A task awaits a future that belongs to another loop.
    OtherLoop,
    /// `wait` was given no futures.
    NothingToWaitFor,
}

impl Error {
    /// Wraps an error, or just a message, as Python's `raise` would send it on its way.
    pub fn exception(error: impl Into<Box<dyn std::error::Error>>) -> Self {
        Self::Exception(Rc::from(error.into()))
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
            Self::AlreadyDone => "the future is already done: its result can be set only once, ask `done` first",
            Self::LoopIsRunning => "the event loop is already running: call `stop` and let `run_forever` return first",
            Self::AnotherLoopIsRunning => {
                "another event loop is running on this thread: await inside it, or use a second thread"
            }
            Self::LoopIsClosed => "the event loop is closed: make a new one",
            Self::NoRunningLoop => {
                "no event loop runs on this thread: call this from a callback or task, and from another thread use \
                 `ThreadsafeHandle::call_soon_threadsafe`"
            }
            Self::LoopStopped => {
                "the event loop was stopped before the future was done: do not call `stop` under `run_until_complete`"
            }
            Self::Idle => {
                "the event loop would wait for ever: nothing is ready, no timer is set and nothing outside can wake it; \
                 call `stop`, or keep a timer or a `ThreadsafeHandle`"
            }
            Self::AwaitsItself => "a task cannot await itself",
            Self::OtherLoop => "the future belongs to another event loop: await it in a task of that loop",
            Self::NothingToWaitFor => "there is nothing to wait for: give `wait` at least one future",
        })
    }
}

impl std::error::Error for Error {}
