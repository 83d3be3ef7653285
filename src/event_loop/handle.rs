//! Handles: a call that the loop still has to make, and the right to call it off.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

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

/// What can stand in the ready queue without an allocation of its own for each turn: a callback; a task, whose turn is its next
/// step; a future that is done, whose turn is its next done callback.
pub(super) trait Call {
    fn run(self: Rc<Self>) -> Result<()>;
    /// Only a callback can be called off; the step of a task is due even if it is the one that cancels.
    fn cancelled(&self) -> bool {
        false
    }
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
            event_loop
                .call_exception_handler(&ExceptionContext { message, exception: Some(error) });
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
