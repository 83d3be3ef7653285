//! What the ready queue, a waiting task and a request to cancel need of a future, of whatever type
//! its result is.
//!
//! What is in here knows nothing of results; `future` implements it.

use std::cell::Cell;
use std::mem::take;
use std::ops::Deref;
use std::rc::Rc;
use std::slice;

use super::EventLoop;
use super::handle::{Call, Handle};

/// A future of any type, as the loop and a waiting task see it. In Python every future is of the
/// same type. Here the type of the result is a part of the future's type; the loop does not need
/// that part, and a task may await futures of several types.
pub(super) trait AnyFuture: Call + Cancellable {
    /// The loop to which it belongs.
    fn event_loop(&self) -> &EventLoop;
    /// Whether there is an outcome.
    fn done(&self) -> bool;
    /// Whether it ended by cancellation.
    fn is_cancelled(&self) -> bool;
    /// If this is a task: marks its next step as scheduled, and gives the step, which the caller
    /// puts into the ready queue. `None` if the step is there already, or if the task is done.
    fn take_next_step(self: Rc<Self>) -> Option<Handle>;
    /// Adds the addresses of the tasks for whose ends it waits. Says whether these are all that it
    /// waits for: see `FutureRef::tasks`.
    fn add_tasks(&self, tasks: &mut Vec<*const ()>) -> bool;
}

/// What a future does when it is asked to cancel.
pub(super) trait Cancellable {
    /// The first half of a cancel: the answer, or what has to be asked before there is one.
    fn begin_cancel(self: Rc<Self>, message: Option<&Message>) -> Cancel;
    /// The second half, when all others have been asked; `taken` says whether one of them took the
    /// request. Gives the future's own answer.
    fn end_cancel(self: Rc<Self>, others: Others, taken: bool) -> bool;
    /// How often a task was asked to cancel. `None`: it is no task.
    fn cancel_requests(&self) -> Option<&Cell<u32>>;
    /// See `Future::cancel_message`.
    fn last_message(&self) -> Option<Message>;
}

/// What a future says when it is asked to cancel.
pub(super) enum Cancel {
    /// The answer: whether the future takes the request.
    Answer(bool),
    /// The answer depends on these futures, which have to be asked first.
    Ask(Others),
}

/// What `cancel_with_message` was told.
pub(super) type Message = Rc<String>;

/// Futures of any types: what a task awaits, nearly always one, and the children of a gather.
///
/// Why not a `SmallVec`: each step of a task moves and drops such a list several times, nearly
/// always an empty one, and this enum is cheaper to move and to drop.
#[derive(Default)]
pub(super) enum Others {
    #[default]
    /// No future: the task runs, gives way, or awaits something that is not of this loop.
    None,
    /// One future, nearly always: this needs no allocation.
    One(Rc<dyn AnyFuture>),
    /// Several futures, under `join!` or `select!` and in a gather.
    Many(Vec<Rc<dyn AnyFuture>>),
}

impl Others {
    /// Adds a future. The first one needs no allocation.
    pub(super) fn push(&mut self, future: Rc<dyn AnyFuture>) {
        *self = match take(self) {
            Others::None => Others::One(future),
            Others::One(first) => Others::Many(vec![first, future]),
            Others::Many(mut all) => {
                all.push(future);
                Others::Many(all)
            }
        };
    }

    /// Drops the futures, and keeps the memory of a list.
    pub(super) fn emptied(self) -> Self {
        match self {
            Others::None | Others::One(_) => Others::None,
            Others::Many(mut all) => {
                all.clear();
                Others::Many(all)
            }
        }
    }
}

impl Deref for Others {
    type Target = [Rc<dyn AnyFuture>];

    fn deref(&self) -> &Self::Target {
        match self {
            Others::None => &[],
            Others::One(future) => slice::from_ref(future),
            Others::Many(all) => all,
        }
    }
}
