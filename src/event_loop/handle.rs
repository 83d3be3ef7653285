//! Handles: one call that the loop still has to make, and the right to call it off.

use std::cell::Cell;
use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use super::future::AnyFuture;
use super::{Error, EventLoop, ExceptionContext};

/// What a callback may return: nothing, or a `Result` whose error goes to the loop's exception handler.
pub trait Outcome {
    /// The error, if there was one.
    fn outcome(self) -> Result<(), Error>;
}

impl Outcome for () {
    fn outcome(self) -> Result<(), Error> {
        Ok(())
    }
}

impl<T> Outcome for Result<T, Error> {
    fn outcome(self) -> Result<(), Error> {
        self.map(drop)
    }
}

/// A scheduled call, as [`EventLoop::call_soon`] returns it. Dropping it changes nothing: the call will be made.
#[derive(Clone)]
pub struct Handle(pub(super) Call);

/// Whatever can stand in the ready queue. A task's step and a future's callback need no allocation of their own: the
/// future itself stands in the queue.
#[derive(Clone)]
pub(super) enum Call {
    /// A closure given to `call_soon`, `call_later` or `call_at`.
    Callback(Rc<dyn Callback>),
    /// Carry on with a task.
    Step(Rc<dyn AnyFuture>),
    /// Run the next done callback of a finished future. The future stands in the queue once for each of them.
    DoneCallback(Rc<dyn AnyFuture>),
}

impl Handle {
    pub(super) fn new<O: Outcome + 'static>(function: impl FnOnce() -> O + 'static, status: Status) -> Self {
        let function = Cell::new(Some(function));
        Self(Call::Callback(Rc::new(CallbackCell { status: Cell::new(status), function })))
    }

    /// Calls the call off, and drops the closure at once. Without effect when it has run, except on [`Handle::cancelled`].
    pub fn cancel(&self) {
        if let Call::Callback(callback) = &self.0 {
            callback.cancel();
        }
    }

    /// Whether [`Handle::cancel`] was called, be it in time or too late.
    pub fn cancelled(&self) -> bool {
        matches!(&self.0, Call::Callback(callback) if callback.status().get() == Status::Cancelled)
    }

    /// The one place where the loop runs anybody else's code. An error or a panic goes to the exception handler and the
    /// loop goes on (`Handle._run` in CPython's `events.py`).
    pub(super) fn run(self, event_loop: &EventLoop) {
        let started = event_loop.debug().then(|| (event_loop.time(), self.name()));
        let outcome = catch_panic(|| match self.0 {
            Call::Callback(callback) => callback.run(),
            Call::Step(task) => {
                task.step();
                Ok(())
            }
            Call::DoneCallback(future) => future.run_done_callback(),
        });
        if let Err(error) = outcome.and_then(|outcome| outcome) {
            let message = "exception in a callback".to_owned();
            event_loop.call_exception_handler(&ExceptionContext { message, exception: Some(error) });
        }
        if let Some((start, name)) = started {
            let took = event_loop.time().saturating_sub(start);
            if took >= event_loop.slow_callback_duration() {
                let message = format!("executing {name} took {:.3} seconds", took.as_secs_f64());
                event_loop.call_exception_handler(&ExceptionContext { message, exception: None });
            }
        }
    }

    fn name(&self) -> String {
        match &self.0 {
            Call::Callback(callback) => callback.name().to_owned(),
            Call::Step(task) => task.name(),
            Call::DoneCallback(future) => format!("a done callback of {}", future.name()),
        }
    }

    /// Moves from the heap of timers to the ready queue, unless cancelled. If it is cancelled from now on, it is skipped there.
    pub(super) fn leave_heap(&self) -> bool {
        if let Call::Callback(callback) = &self.0
            && callback.status().get() == Status::Scheduled
        {
            callback.status().set(Status::Ready);
        }
        !self.cancelled()
    }

    /// Breaks reference cycles through a call that will never be made, because the loop is being closed.
    pub(super) fn abandon(&self) {
        match &self.0 {
            Call::Callback(callback) => drop(callback.cancel()),
            Call::Step(future) | Call::DoneCallback(future) => future.abandon(),
        }
    }
}

/// Turns a panic of somebody else's code into an error.
pub(super) fn catch_panic<R>(run: impl FnOnce() -> R) -> Result<R, Error> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let message = payload.downcast_ref::<&str>().copied();
        let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Error::Panicked(message.unwrap_or("(no message)").into())
    })
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Status {
    Ready,
    /// In the heap of timers: cancelling it leaves a corpse there, which the loop counts.
    Scheduled,
    Cancelled,
}

/// A callback with its status, in one allocation.
struct CallbackCell<F> {
    status: Cell<Status>,
    function: Cell<Option<F>>,
}

pub(super) trait Callback {
    fn run(&self) -> Result<(), Error>;
    /// Returns the status until now.
    fn cancel(&self) -> Status;
    fn status(&self) -> &Cell<Status>;
    fn name(&self) -> &'static str;
}

impl<O: Outcome, F: FnOnce() -> O> Callback for CallbackCell<F> {
    fn run(&self) -> Result<(), Error> {
        // Taken out first, so that whatever the closure owns is gone when it returns, though the handle lives on.
        self.function.take().map_or(Ok(()), |function| function().outcome())
    }

    fn cancel(&self) -> Status {
        drop(self.function.take());
        self.status.replace(Status::Cancelled)
    }

    fn status(&self) -> &Cell<Status> {
        &self.status
    }

    fn name(&self) -> &'static str {
        std::any::type_name::<F>()
    }
}

/// A call at a certain time, as [`EventLoop::call_later`] and [`EventLoop::call_at`] return it.
#[derive(Clone)]
pub struct TimerHandle {
    pub(super) handle: Handle,
    pub(super) when: Duration,
    pub(super) event_loop: EventLoop,
}

impl TimerHandle {
    /// Calls the call off; see [`Handle::cancel`].
    pub fn cancel(&self) {
        if let Call::Callback(callback) = &self.handle.0
            && callback.cancel() == Status::Scheduled
        {
            self.event_loop.timer_handle_cancelled();
        }
    }

    /// Whether the call was called off, be it in time or too late.
    pub fn cancelled(&self) -> bool {
        self.handle.cancelled()
    }

    /// When the call is due, on the clock of [`EventLoop::time`].
    pub fn when(&self) -> Duration {
        self.when
    }
}

/// Cancels a timer when it goes out of scope: Python's `try: … finally: handle.cancel()`.
pub(super) struct CancelOnDrop(pub(super) TimerHandle);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// An entry in the heap of timers.
pub(super) struct Timer {
    pub(super) when: Duration,
    /// Timers of equal time run in the order of their registration. CPython leaves that open: its heap is not stable.
    pub(super) sequence: u64,
    pub(super) handle: Handle,
}

impl Ord for Timer {
    /// Reversed, because Rust's heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.when, other.sequence).cmp(&(self.when, self.sequence))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timer {}
