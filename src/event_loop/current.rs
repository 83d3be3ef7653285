//! The current task: where the awaits of a coroutine and its task meet.

use std::cell::{Cell, RefCell, RefMut};
use std::mem::take;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use super::EventLoop;
use super::cancel::{Message, Others};
use super::future::AnyFuture;
use super::remote::TaskWaker;
use crate::waker::original_waker;

/// The task whose step is being run: where the coroutine's awaits and the task meet.
///
/// In asyncio an exception goes in with `coro.throw`, and the future to wait for comes out with
/// `yield`. A poll has neither; so both sides look here.
pub(super) struct CurrentTask {
    /// Which task it is.
    pub(super) key: usize,
    /// An await point shall raise `Cancelled`, and none has yet.
    throws: bool,
    /// What is awaited in this step.
    awaits: Others,
    /// Something around the awaits can take the error in their place.
    catches: bool,
    /// A bare `yield`: the next step follows without a wake.
    gives_way: bool,
    /// What identifies the task's own waker, to tell its awaits from those of executors inside it.
    waker: *const (),
    /// The message of a cancellation that an await has given out.
    message: Option<Message>,
}

impl CurrentTask {
    pub(super) fn new(key: usize, waker: *const (), awaits: Others, throws: bool) -> Self {
        Self { key, throws, awaits, catches: false, gives_way: false, waker, message: None }
    }

    /// Whether this is the task's own waker, without a lane between.
    pub(super) fn owns(&self, waker: &Waker) -> bool {
        self.waker == waker.data()
    }

    /// Whether the caller has to raise `Cancelled`: true once, for the first that asks.
    pub(super) fn takes_the_error(&mut self) -> bool {
        take(&mut self.throws)
    }

    /// The caller will ask [`CurrentTask::takes_the_error`] in the step that follows a cancel.
    pub(super) fn catches(&mut self) {
        self.catches = true;
    }

    pub(super) fn waits_for(&mut self, future: Rc<dyn AnyFuture>) {
        self.awaits.push(future);
    }

    pub(super) fn gives_way(&mut self) {
        self.gives_way = true;
    }

    /// Whether the error was thrown in, and nothing has taken it.
    pub(super) fn throws(&self) -> bool {
        self.throws
    }

    /// Whether the next step may throw an error in, where the coroutine stands now.
    pub(super) fn can_be_thrown_into(&self) -> bool {
        self.gives_way || self.catches || !self.awaits.is_empty()
    }

    pub(super) fn will_go_on(&self) -> bool {
        self.gives_way
    }

    pub(super) fn into_awaits(self) -> Others {
        self.awaits
    }

    pub(super) fn into_message(self) -> Option<Message> {
        self.message
    }

    /// What was awaited has ended, with this message if it was cancelled.
    pub(super) fn passes_on(&mut self, message: Option<Message>) {
        self.message = message;
    }
}

/// What a loop knows of its tasks, apart from the queue.
#[derive(Default)]
pub(super) struct Tasks {
    /// One loop runs one step at a time.
    current: RefCell<Option<CurrentTask>>,
    /// The waker of the last step, for the next one.
    spare_waker: Cell<Option<Arc<TaskWaker>>>,
}

impl Tasks {
    pub(super) fn begin_step(&self, current: CurrentTask) {
        self.current.replace(Some(current));
    }

    /// What the awaits of the step have left.
    pub(super) fn end_step(&self) -> CurrentTask {
        self.current.take().expect("a step ends once")
    }

    /// The waker of the last step, or a new one if that is still in use.
    pub(super) fn spare_waker(&self, event_loop: &EventLoop) -> Arc<TaskWaker> {
        match self.spare_waker.take() {
            Some(waker) => waker,
            None => TaskWaker::new(event_loop),
        }
    }

    pub(super) fn keep_waker(&self, waker: Arc<TaskWaker>) {
        self.spare_waker.set(Some(waker));
    }

    /// The current task, if it is the task itself that polls with this waker, or a lane in it, and
    /// not an executor inside it.
    pub(super) fn polled_by(&self, waker: &Waker) -> Option<RefMut<'_, CurrentTask>> {
        let current = RefMut::filter_map(self.current.borrow_mut(), Option::as_mut).ok()?;
        let its_own = current.owns(waker) || current.waker == original_waker(waker);
        if its_own { Some(current) } else { None }
    }

    pub(super) fn current_key(&self) -> Option<usize> {
        self.current.borrow().as_ref().map(|current| current.key)
    }

    /// Drops the waker that is kept, so that those that are left are somewhere outside.
    pub(super) fn drop_spare_waker(&self) {
        drop(self.spare_waker.take());
    }
}
