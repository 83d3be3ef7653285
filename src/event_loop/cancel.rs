//! Cancelling: how a request goes from a future to the futures that it waits for, at any depth.
//!
//! A plain future is cancelled at once, and says yes unless it is done. A task and the outer future
//! of a gather ask other futures first, and the answers decide what they do. asyncio's `cancel`
//! calls itself for that, and a chain of 10,000 tasks raises `RecursionError`. We keep the open
//! requests in a list: it saves the stack, whose overflow would end a Rust process.

use std::cell::Cell;
use std::mem::take;
use std::ops::Deref;
use std::rc::Rc;
use std::slice;

use super::Future;
use super::future::{AnyFuture, FutureCell, Kind, State};

/// What `cancel_with_message` was told.
pub(super) type Message = Rc<String>;

/// Where a future keeps its message: a thin pointer, because few futures have one.
#[derive(Default)]
pub(super) struct MessageCell(Cell<Option<Message>>);

impl MessageCell {
    /// A clone of the message. A `Cell` can only be emptied, so the message is put back.
    pub(super) fn get(&self) -> Option<Message> {
        let message = self.0.take();
        self.0.set(message.clone());
        message
    }

    /// Without a new message the old one stays.
    pub(super) fn set(&self, message: Option<Message>) {
        if message.is_some() {
            self.0.set(message);
        }
    }
}

/// Futures of any types: what a task awaits, nearly always one, and the children of a gather.
///
/// Why not a `SmallVec`: each step of a task moves and drops such a list several times, nearly
/// always an empty one, and this enum is cheaper to move and drop. It saves 4 % of a gather.
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
    /// Adds a future. Only the second one needs an allocation.
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

impl<T> Future<T> {
    /// Asks for cancellation; `false` if it comes too late. A plain future is cancelled at once. A
    /// task gets the error at its await point, and may refuse; a gather asks its children.
    pub fn cancel(&self) -> bool {
        request_cancel(self.0.clone(), None)
    }

    /// As [`Future::cancel`], with a message for [`Future::cancel_message`]. The message goes
    /// wherever the request goes, as with Python's `cancel(msg)`.
    pub fn cancel_with_message(&self, message: impl Into<String>) -> bool {
        request_cancel(self.0.clone(), Some(Rc::new(message.into())))
    }

    /// The message of the last request to cancel it that had one, or of the cancellation that it
    /// passed on. asyncio puts it into the `CancelledError`;
    /// [`Error::Cancelled`](super::Error::Cancelled) has no place for it.
    pub fn cancel_message(&self) -> Option<String> {
        let message = self.0.message.get();
        message.map(|message| message.to_string())
    }
}

/// What a future says when it is asked to cancel.
pub(super) enum Cancel {
    /// The answer: whether the future takes the request.
    Answer(bool),
    /// The answer depends on these futures, which have to be asked first.
    Ask(Others),
}

/// A future whose answer depends on others, some of which have been asked.
struct Request {
    /// The future that waits for their answers.
    future: Rc<dyn AnyFuture>,
    /// What it depends on, in the order in which they are asked.
    others: Others,
    /// How many of `others` have been asked.
    asked: usize,
    /// Whether any of those asked took the request.
    taken: bool,
}

/// Cancels a future, and before that everything it waits for, at any depth. Says whether the
/// request was taken.
pub(super) fn request_cancel(future: Rc<dyn AnyFuture>, message: Option<Message>) -> bool {
    let mut open = Vec::new();
    let mut taken = ask(future, message.as_ref(), &mut open);
    while let Some(request) = open.last_mut() {
        if let Some(other) = request.others.get(request.asked) {
            let other = other.clone();
            request.asked += 1;
            if ask(other, message.as_ref(), &mut open) {
                // The other future answered at once and opened no request, so the last one is still
                // the same.
                open.last_mut().expect("it is open").taken = true;
            }
        } else {
            let request = open.pop().expect("it is the last");
            taken = request.future.end_cancel(request.others, request.taken);
            if let Some(parent) = open.last_mut() {
                parent.taken |= taken;
            }
        }
    }
    taken
}

/// Asks one future. `false` also if the answer is still open: then `open` has a new request.
fn ask(future: Rc<dyn AnyFuture>, message: Option<&Message>, open: &mut Vec<Request>) -> bool {
    match future.clone().begin_cancel(message) {
        Cancel::Answer(taken) => taken,
        Cancel::Ask(others) => {
            open.push(Request { future, others, asked: 0, taken: false });
            false
        }
    }
}

/// What a future does when it is asked to cancel.
pub(super) trait Cancellable {
    /// The first half of a cancel: the answer, or what has to be asked before there is one.
    fn begin_cancel(self: Rc<Self>, message: Option<&Message>) -> Cancel;
    /// The second half, when all others have been asked. Gives the future's own answer.
    fn end_cancel(self: Rc<Self>, others: Others, taken: bool) -> bool;
    /// How often a task was asked to cancel. `None`: it is no task.
    fn cancel_requests(&self) -> Option<&Cell<u32>>;
    /// See [`Future::cancel_message`].
    fn last_message(&self) -> Option<Message>;
}

impl<T> Cancellable for FutureCell<T> {
    fn begin_cancel(self: Rc<Self>, message: Option<&Message>) -> Cancel {
        if self.done() {
            // As in asyncio, the exception of a future or task that is cancelled too late is of no
            // interest any more. A gather keeps its exception.
            if !matches!(self.kind, Kind::Outer(_)) {
                self.exception_is_retrieved();
            }
            return Cancel::Answer(false);
        }
        self.message.set(message.cloned());
        match &self.kind {
            Kind::Future => {
                self.finish(State::Cancelled);
                Cancel::Answer(true)
            }
            Kind::Task(task) => Cancel::Ask(task.begin_cancel()),
            Kind::Outer(outer) => Cancel::Ask(outer.children()),
        }
    }

    fn end_cancel(self: Rc<Self>, others: Others, taken: bool) -> bool {
        match &self.kind {
            Kind::Future => taken,
            Kind::Task(task) => {
                task.end_cancel(&self, others, taken);
                true
            }
            Kind::Outer(outer) => {
                if taken {
                    outer.cancel_requested();
                }
                taken
            }
        }
    }

    fn cancel_requests(&self) -> Option<&Cell<u32>> {
        if let Kind::Task(task) = &self.kind { Some(task.cancel_requests()) } else { None }
    }

    fn last_message(&self) -> Option<Message> {
        self.message.get()
    }
}

/// Asks every one of these futures, also after one has taken the request.
pub(super) fn cancel_all(futures: &Others, message: Option<Message>) -> bool {
    let mut taken = false;
    for future in &**futures {
        taken |= request_cancel(future.clone(), message.clone());
    }
    taken
}
