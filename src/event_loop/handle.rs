//! A call that the loop still has to make, and the right to cancel it.
//!
//! Everything that the loop ever does is a [`Call`]. There are three kinds: a callback; a task,
//! whose call is its next step; and a future that is done, whose call is its next done callback.
//! The queue does not know which of them it holds.

use std::cell::Cell;
use std::rc::Rc;

use super::foreign::{catch_panic, discard};
use super::{CallKind, EventLoop, IntoResult, Result};

/// What [`EventLoop::call_soon`] returns. Dropping it changes nothing: the call will be made.
///
/// The queue has a clone of it. asyncio's `Handle` also keeps a context and, in debug mode, where
/// it was made; ours is one pointer, and an instrument can note the rest.
#[derive(Clone)]
pub struct Handle(pub(super) Rc<dyn Call>);

/// What can stand in the ready queue.
///
/// asyncio puts a new `Handle` into the queue for each step of a task and for each done callback.
/// We put the task or the future itself there, again and again: it saves an allocation a step.
pub(super) trait Call {
    /// Makes the call. Consumes the reference, so that what is dropped with the last one is dropped
    /// where panics are caught.
    fn run(self: Rc<Self>) -> Result<()>;

    /// Only a callback can be cancelled: the step of a cancelled task is still due, since it is the
    /// step that throws the error into the coroutine.
    fn cancelled(&self) -> bool {
        false
    }

    /// Drops everything that it owns, because it will never run.
    fn abandon(&self);

    /// What an instrument is told of it. Asked only if there is one.
    fn kind(&self) -> CallKind;

    /// What debug mode and instruments call it.
    fn name(&self) -> String;
}

impl Handle {
    /// One allocation, with the closure in it. asyncio makes a handle and a tuple of arguments.
    pub(super) fn new<O: IntoResult + 'static>(function: impl FnOnce() -> O + 'static) -> Self {
        Self(Rc::new(Callback { function: Cell::new(Some(function)), cancelled: Cell::new(false) }))
    }

    /// Cancels the call and drops the closure at once. If the call has been made already, only
    /// [`Handle::cancelled`] changes.
    pub fn cancel(&self) {
        self.0.abandon();
    }

    /// Whether it was cancelled, in time or too late.
    pub fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    /// The one place where the loop runs code that is not its own. An error or a panic goes to the
    /// exception handler, and the loop goes on (`Handle._run` in `events.py`).
    #[inline(always)]
    pub(super) fn run(self, event_loop: &EventLoop) {
        match catch_panic(|| self.0.run()) {
            Ok(Ok(())) => {}
            Ok(Err(error)) | Err(error) => {
                event_loop.report("exception in a callback", Some(error));
            }
        }
    }
}

/// What [`Handle::new`] makes of a closure.
struct Callback<F: 'static> {
    /// Taken when it is called or cancelled, whichever comes first: so it cannot be called twice,
    /// and what it owns is not kept for as long as there is a handle.
    function: Cell<Option<F>>,
    /// Apart from `function`, because `cancelled` has to stay false after the call.
    cancelled: Cell<bool>,
}

impl<O: IntoResult, F: FnOnce() -> O> Call for Callback<F> {
    fn run(self: Rc<Self>) -> Result<()> {
        match self.function.take() {
            Some(function) => function().into_result(),
            // It was cancelled. asyncio skips such handles, too, but keeps them in its queue.
            None => Ok(()),
        }
    }

    fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    fn abandon(&self) {
        // First the flag, because the destructors that run now may ask.
        self.cancelled.set(true);
        if let Some(function) = self.function.take() {
            discard(function);
        }
    }

    fn kind(&self) -> CallKind {
        CallKind::Callback
    }

    fn name(&self) -> String {
        std::any::type_name::<F>().to_owned()
    }
}

impl<F> Drop for Callback<F> {
    fn drop(&mut self) {
        // A closure may own the handle of the next one, and so on, a million times.
        if let Some(function) = self.function.take() {
            discard(function);
        }
    }
}
