//! Cancelling: how a request goes from a future to the futures that it waits for, at any depth.
//!
//! A plain future is cancelled at once, and says yes unless it is done. A task and the outer future
//! of a gather ask other futures first, and the answers decide what they do. asyncio's `cancel`
//! calls itself for that, and a chain of 10,000 tasks raises `RecursionError`. We keep the open
//! requests in a list: it saves the stack, whose overflow would end a Rust process.

use std::panic::Location;
use std::rc::Rc;

use super::any_future::{AnyFuture, Cancel, Message, Others};

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

/// What `cancel` does: [`request_cancel`], of which instruments are told.
#[track_caller]
pub(super) fn cancel(future: &Rc<dyn AnyFuture>, message: Option<Message>) -> bool {
    let observers = &future.event_loop().0.observers;
    observers.cancel_begins(&**future, Location::caller());
    let taken = request_cancel(future.clone(), message);
    observers.cancel_ends();
    taken
}

/// Asks everything that a future waits for, at any depth, to cancel, and then the future itself.
/// Says whether the future took the request.
pub(super) fn request_cancel(future: Rc<dyn AnyFuture>, message: Option<Message>) -> bool {
    let mut open = Vec::new();
    // The answer, if the future gives it at once. If not, the last request to end gives it.
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

/// Asks every one of these futures, even after one has taken the request. Says whether any of them
/// took it.
pub(super) fn cancel_all(futures: &Others, message: Option<Message>) -> bool {
    let mut taken = false;
    for future in &**futures {
        taken |= request_cancel(future.clone(), message.clone());
    }
    taken
}
