//! A call that the loop still has to make, and the right to cancel it.
//!
//! Everything that the loop runs is a [`Call`]. There are three kinds: a callback; a task,
//! whose call is its next step; and a future that is done, whose call is its next done callback.
//! The ready queue does not know which kind a call is.

use std::cell::Cell;
use std::rc::Rc;

use super::foreign::{catch_panic, discard};
use super::{EventLoop, IntoResult, Result};

/// What [`EventLoop::call_soon`] returns. Dropping it changes nothing: the call will be made.
///
/// The queue has a clone of this handle. asyncio's `Handle` also keeps a context and, in debug
/// mode, the stack of the code that made it; ours is one pointer, and an instrument is told the
/// line of that code instead.
#[derive(Clone)]
pub struct Handle(pub(super) Rc<dyn Call>);

/// What can stand in the ready queue.
///
/// asyncio puts a new `Handle` into the queue for each step of a task and for each done callback.
/// We put the task or the future itself there, again and again: it saves an allocation a step.
pub(super) trait Call {
    /// Makes the call. Takes the `Rc` by value: if this is the last one, what the call owns is
    /// dropped in here, where [`Handle::run`] catches panics.
    fn run(self: Rc<Self>) -> Result<()>;

    /// Only a callback can be cancelled: the step of a cancelled task is still due, since it is the
    /// step that throws the error into the coroutine.
    fn cancelled(&self) -> bool {
        false
    }

    /// Drops everything that the call owns, because the loop will never run it: the call was
    /// cancelled, or the loop was closed.
    fn abandon(&self);

    /// Which kind of call this is, for instruments. Asked only while the loop is watched.
    fn kind(&self) -> CallKind;

    /// What debug mode and instruments call this call: the name of a task, `Future`, or the type of
    /// a closure.
    fn name(&self) -> String;

    /// The type of the done callback that the call makes; none if it is another kind of call.
    fn done_callback(&self) -> Option<&'static str> {
        None
    }
}

/// What a call in the queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// A closure, from `call_soon`, `call_later`, `call_at` or another thread. Also a done callback
    /// that was added after its future was done.
    Callback,
    /// The next step of a task.
    Step,
    /// A done callback that was added before its future or task was done.
    DoneCallback,
}

impl Handle {
    /// Makes a handle: one allocation, with the closure in it. asyncio makes two: a handle and a
    /// tuple of arguments.
    pub(super) fn new<O: IntoResult + 'static>(function: impl FnOnce() -> O + 'static) -> Self {
        Self(Rc::new(Callback { function: Cell::new(Some(function)), cancelled: Cell::new(false) }))
    }

    /// Cancels the call and drops the closure at once. If the call has been made already, only
    /// [`Handle::cancelled`] changes.
    pub fn cancel(&self) {
        self.0.abandon();
    }

    /// Whether the call was cancelled, in time or too late. Also true if [`EventLoop::close`] has
    /// dropped the call.
    pub fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    /// Makes the call. The loop makes every call here, and nowhere else: an error or a panic of the
    /// call goes to the exception handler, and the loop goes on (`Handle._run` in `events.py`).
    /// Inlined, because each call of a program goes through here.
    #[inline(always)]
    pub(super) fn run(self, event_loop: &EventLoop) {
        match catch_panic(|| self.0.run()) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => event_loop.report_failed_call(error, false),
            Err(panic) => event_loop.report_failed_call(panic, true),
        }
    }
}

/// What [`Handle::new`] makes of a closure.
struct Callback<F: 'static> {
    /// The closure, taken out when it is called or cancelled, whichever comes first. So it cannot
    /// be called twice, and what the closure owns does not live as long as the handle.
    function: Cell<Option<F>>,
    /// A flag of its own, because an empty `function` does not say whether the closure was called
    /// or cancelled.
    cancelled: Cell<bool>,
}

impl<O: IntoResult, F: FnOnce() -> O> Call for Callback<F> {
    fn run(self: Rc<Self>) -> Result<()> {
        match self.function.take() {
            Some(function) => function().into_result(),
            // Cancelled while it stood in the queue. asyncio looks at a flag of each handle before
            // it makes the call; we make the call and find nothing, which saves that look.
            None => Ok(()),
        }
    }

    fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    fn abandon(&self) {
        // The flag first: the destructors of what the closure owns run below, and may ask
        // `cancelled`.
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
        // A closure may own the handle of a second closure, that one the handle of a third, and so
        // on, a million times: `discard` drops such a chain without a deep stack.
        if let Some(function) = self.function.take() {
            discard(function);
        }
    }
}
