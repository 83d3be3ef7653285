//! Handles: a call that the loop still has to make, and the right to call it off.

use std::cell::Cell;
use std::cmp::{Ordering, Reverse};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use super::{Error, EventLoop, ExceptionContext, Result};

/// What a callback may return: nothing, or a `Result` whose error goes to the loop's exception handler.
pub trait Outcome {
    /// The error, if there is one.
    fn outcome(self) -> Result<()>;
}

impl Outcome for () {
    fn outcome(self) -> Result<()> {
        Ok(())
    }
}

impl<T> Outcome for Result<T> {
    fn outcome(self) -> Result<()> {
        self.map(drop)
    }
}

/// What [`EventLoop::call_soon`] returns. Dropping it changes nothing: the call will be made.
#[derive(Clone)]
pub struct Handle(pub(super) Rc<dyn Call>);

/// What can stand in the ready queue: a callback, or a task, whose turn is its next step. (A step needs no allocation.)
pub(super) trait Call {
    fn run(self: Rc<Self>) -> Result<()>;
    fn cancelled(&self) -> bool;
    /// Lets go of everything it owns.
    fn abandon(&self);
    fn name(&self) -> String;
}

impl Handle {
    pub(super) fn new<O: Outcome + 'static>(function: impl FnOnce() -> O + 'static) -> Self {
        Self(Rc::new(Callback { cancelled: Cell::new(false), function: Cell::new(Some(function)) }))
    }

    /// Calls the call off, and drops the closure at once. When it has run, only [`Handle::cancelled`] changes.
    pub fn cancel(&self) {
        self.0.abandon();
    }

    /// Whether it was cancelled, in time or too late.
    pub fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    /// The one place where the loop runs somebody else's code. An error or a panic goes to the exception handler, and the
    /// loop goes on (`Handle._run` in `events.py`); in debug mode, so does a message if it took too long.
    pub(super) fn run(self, event_loop: &EventLoop) {
        let debugged = event_loop.debug().then(|| (self.0.name(), event_loop.time()));
        if let Err(error) = catch_panic(|| self.0.run()).and_then(|outcome| outcome) {
            let message = "exception in a callback".to_owned();
            event_loop.call_exception_handler(&ExceptionContext { message, exception: Some(error) });
        }
        if let Some((name, start)) = debugged {
            let took = event_loop.time().saturating_sub(start);
            if took >= event_loop.0.slow_callback_duration.get() {
                let message = format!("executing {name} took {:.3} seconds", took.as_secs_f64());
                event_loop.call_exception_handler(&ExceptionContext { message, exception: None });
            }
        }
    }
}

pub(super) fn catch_panic<R>(run: impl FnOnce() -> R) -> Result<R> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Error::Panicked(text.unwrap_or("(without a message)").into())
    })
}

struct Callback<F> {
    cancelled: Cell<bool>,
    function: Cell<Option<F>>,
}

impl<O: Outcome, F: FnOnce() -> O> Call for Callback<F> {
    fn run(self: Rc<Self>) -> Result<()> {
        self.function.take().map_or(Ok(()), |function| function().outcome())
    }

    fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    fn abandon(&self) {
        self.cancelled.set(true);
        drop(self.function.take());
    }

    fn name(&self) -> String {
        std::any::type_name::<F>().to_owned()
    }
}

/// What [`EventLoop::call_later`] and [`EventLoop::call_at`] return.
#[derive(Clone)]
pub struct TimerHandle {
    pub(super) handle: Handle,
    pub(super) when: Duration,
    pub(super) event_loop: EventLoop,
}

impl TimerHandle {
    /// Calls the call off; see [`Handle::cancel`].
    pub fn cancel(&self) {
        if !self.handle.cancelled() {
            self.handle.cancel();
            self.event_loop.purge_timers();
        }
    }

    /// Whether it was cancelled, in time or too late.
    pub fn cancelled(&self) -> bool {
        self.handle.cancelled()
    }

    /// When the call is due, on the clock of [`EventLoop::time`].
    pub fn when(&self) -> Duration {
        self.when
    }
}

/// A timer that ends with its scope: Python's `try: … finally: handle.cancel()`.
pub(super) struct CancelOnDrop(pub(super) TimerHandle);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// An entry in the heap of timers. Those of equal time run as they were registered, which CPython's heap leaves open.
pub(super) struct Timer {
    /// The time in nanoseconds, and the number of the registration. Reversed, because Rust's heap has the greatest on top.
    key: Reverse<(u64, u64)>,
    pub(super) handle: Handle,
}

impl Timer {
    pub(super) fn new(when: Duration, number: u64, handle: Handle) -> Self {
        let nanoseconds = when.as_secs().saturating_mul(1_000_000_000).saturating_add(when.subsec_nanos().into());
        Self { key: Reverse((nanoseconds, number)), handle }
    }

    pub(super) fn when(&self) -> Duration {
        Duration::from_nanos(self.key.0.0)
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Timer {}
