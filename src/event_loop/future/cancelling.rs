//! Cancelling a future: what each kind of future does when it is asked. How a request goes on from
//! there to other futures is in `cancel`.

use std::cell::Cell;
use std::rc::Rc;

use super::{Future, FutureCell, Kind, State};
use crate::event_loop::any_future::{AnyFuture, Cancel, Cancellable, Message, Others};
use crate::event_loop::cancel::cancel;

impl<T> Future<T> {
    /// Asks for cancellation; `false` if it comes too late. A plain future is cancelled at once. A
    /// task gets the error at its await point, and may refuse; a gather asks its children.
    #[track_caller]
    pub fn cancel(&self) -> bool {
        let future: Rc<dyn AnyFuture> = self.0.clone();
        cancel(&future, None)
    }

    /// As [`Future::cancel`], with a message for [`Future::cancel_message`]. The message goes
    /// wherever the request goes, as with Python's `cancel(msg)`.
    #[track_caller]
    pub fn cancel_with_message(&self, message: impl Into<String>) -> bool {
        let future: Rc<dyn AnyFuture> = self.0.clone();
        cancel(&future, Some(Rc::new(message.into())))
    }

    /// The message of the last request to cancel it that had one, or of the cancellation that it
    /// passed on. asyncio puts it into the `CancelledError`;
    /// [`Error::Cancelled`](crate::event_loop::Error::Cancelled) has no place for it.
    pub fn cancel_message(&self) -> Option<String> {
        let message = self.0.message.get();
        message.map(|message| message.to_string())
    }
}

/// Where a future keeps its message: a thin pointer, because few futures have one.
#[derive(Default)]
pub(in crate::event_loop) struct MessageCell(Cell<Option<Message>>);

impl MessageCell {
    /// A clone of the message. What a `Cell` holds cannot be cloned inside it, so the message is
    /// taken out and put back.
    pub(in crate::event_loop) fn get(&self) -> Option<Message> {
        let message = self.0.take();
        self.0.set(message.clone());
        message
    }

    /// Without a new message the old one stays.
    pub(in crate::event_loop) fn set(&self, message: Option<Message>) {
        if message.is_some() {
            self.0.set(message);
        }
    }
}

impl<T> Cancellable for FutureCell<T> {
    fn begin_cancel(self: Rc<Self>, message: Option<&Message>) -> Cancel {
        if self.done() {
            // As in asyncio, the exception of a future or task that is cancelled too late is of no
            // interest any more. A gather keeps its exception.
            if !matches!(self.kind, Kind::Outer(_)) {
                self.mark_exception_retrieved();
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
            // Not called for a plain future: `begin_cancel` has answered.
            Kind::Future => taken,
            Kind::Task(task) => {
                task.end_cancel(&self, others, taken);
                true
            }
            Kind::Outer(outer) => {
                if taken {
                    outer.note_cancel_request();
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
