//! The current task: where the awaits of a coroutine and its task meet.
//!
//! In asyncio an exception goes into a coroutine with `coro.throw`, and the future to wait for
//! comes out with `yield`. A poll has neither. So a task and the awaits of its coroutine leave
//! notes for each other here: before the task polls the coroutine, it writes what an await has to
//! know, and each await writes what the task has to know.

use std::cell::Cell;
use std::rc::Rc;
use std::task::Waker;

use super::any_future::{AnyFuture, Message, Others};
use crate::waker::original_waker;

/// The task whose step is being run. A loop has one of these: it runs one step at a time. Every
/// field is a cell, because the task, its awaits and what they call all have references to this.
#[derive(Default)]
pub(super) struct CurrentTask {
    /// Which task it is. `None`: no step is being run, and the other fields are left over from the
    /// last one.
    key: Cell<Option<usize>>,
    /// The address that identifies the task's own waker. It tells awaits of the task from those of
    /// an executor inside the task.
    waker: Cell<usize>,
    /// An await point has to return `Cancelled`, and none has done so yet.
    throws: Cell<bool>,
    /// The futures that are awaited in this step: a cancel of the task has to ask them.
    awaits: Cell<Others>,
    /// A `timeout` or a `task_group` around the awaits can take the error in their place.
    catches: Cell<bool>,
    /// A bare `yield`: the next step follows without a wake.
    gives_way: Cell<bool>,
    /// The message of a cancellation that an await has passed on to the coroutine.
    message: Cell<Option<Message>>,
}

impl CurrentTask {
    /// Called before each poll of a task. `awaits` is the list of the task's last step.
    pub(super) fn begin_step(&self, key: usize, waker: usize, throws: bool, awaits: &Cell<Others>) {
        self.key.set(Some(key));
        self.waker.set(waker);
        self.throws.set(throws);
        self.catches.set(false);
        self.gives_way.set(false);
        self.message.set(None);
        // Emptied, not dropped: it saves an allocation where more than one future is awaited.
        self.awaits.set(awaits.take().emptied());
    }

    /// The poll is over; from now on no await belongs to the task.
    pub(super) fn end_step(&self) {
        self.key.set(None);
    }

    pub(super) fn key(&self) -> Option<usize> {
        self.key.get()
    }

    /// Returns `self` if the current task polls with this waker. Returns `None` if an executor
    /// inside the task does, and if no step is being run. The waker may be one that a wrapper
    /// inside the task has put in the place of the task's own, as a lane of a timeline does: see
    /// `crate::waker`.
    pub(super) fn polled_by(&self, waker: &Waker) -> Option<&Self> {
        self.key.get()?;
        let its_own = self.owns(waker) || self.waker.get() == original_waker(waker).addr();
        if its_own { Some(self) } else { None }
    }

    /// Whether this is the task's own waker, and not one that a wrapper has put in its place.
    pub(super) fn owns(&self, waker: &Waker) -> bool {
        self.waker.get() == waker.data().addr()
    }

    /// Whether the caller has to raise `Cancelled`: true once, for the first caller.
    pub(super) fn take_error(&self) -> bool {
        self.throws.take()
    }

    /// Whether the error was to be raised, and nothing has raised it.
    pub(super) fn has_error_left(&self) -> bool {
        self.throws.get()
    }

    /// The caller will ask [`CurrentTask::take_error`] in the step that follows a cancel.
    pub(super) fn offer_to_catch(&self) {
        self.catches.set(true);
    }

    /// An await is pending: a cancel of the task has to ask this future.
    pub(super) fn add_await(&self, future: Rc<dyn AnyFuture>) {
        let mut awaits = self.awaits.take();
        awaits.push(future);
        self.awaits.set(awaits);
    }

    /// The task lets others run, and its next step follows without a wake.
    pub(super) fn give_way(&self) {
        self.gives_way.set(true);
    }

    /// Whether the task gave way in this step.
    pub(super) fn gave_way(&self) -> bool {
        self.gives_way.get()
    }

    /// What the coroutine awaits now, and whether the next step can throw an error in there.
    pub(super) fn take_awaits(&self) -> (Others, bool) {
        let awaits = self.awaits.take();
        let throwable = self.gives_way.get() || self.catches.get() || !awaits.is_empty();
        (awaits, throwable)
    }

    /// Notes the message of the awaited future, which was cancelled; `None` if it had no message.
    /// The await passes the cancellation on to the coroutine.
    pub(super) fn pass_on(&self, message: Option<Message>) {
        self.message.set(message);
    }

    /// What `pass_on` has left, for a task that ends as cancelled.
    pub(super) fn take_message(&self) -> Option<Message> {
        self.message.take()
    }
}
