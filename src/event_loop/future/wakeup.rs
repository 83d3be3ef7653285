//! What awaits a future: how it is woken, which place it has among others that wait, and when it is
//! refused.
//!
//! The same await may be polled with another waker than before: by another task, or by a wrapper
//! that has another waker for each poll, as a lane of a timeline may have. The await then keeps its
//! place, as in tokio's queues: what began to wait first is woken first. asyncio has no such case,
//! since there only tasks wait.
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::{Callback, FutureCell, discard};
use crate::event_loop::current::CurrentTask;
use crate::event_loop::{Error, EventLoop, get_running_loop};

/// What awaits a future.
#[derive(Clone)]
pub(super) enum Wakeup {
    /// The task of this key. asyncio adds a bound method; we add a number, which needs no
    /// allocation, and a task that waits needs no waker.
    Task(usize),
    /// Something with a waker of its own: another executor, or `FuturesUnordered`.
    Waker(Waker),
}

impl Wakeup {
    /// How to wake what polls with this waker: the current task itself, for which the key is
    /// enough, or a wrapper inside the task, which has a waker of its own.
    pub(super) fn of(current: &CurrentTask, waker: &Waker) -> Self {
        match current.key() {
            Some(key) if current.owns(waker) => Wakeup::Task(key),
            _ => Wakeup::Waker(waker.clone()),
        }
    }

    /// Whether both wake the same thing. `will_wake` may say no although they do; then the wakeup
    /// is registered anew, which costs a little work and is no error.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Task(task), Self::Task(other)) => task == other,
            (Self::Waker(waker), Self::Waker(other)) => waker.will_wake(other),
            _ => false,
        }
    }

    /// A number. Two wakeups that are the same by [`Wakeup::is`] have the same number; two others
    /// seldom do.
    pub(super) fn identity(&self) -> usize {
        match self {
            Self::Task(key) => *key,
            Self::Waker(waker) => waker.data().addr(),
        }
    }

    /// Makes the task due, through the queue. A foreign waker is called here and now. By the
    /// contract of wakers that is harmless: a waker only notes that there is something to poll.
    pub(super) fn wake(&self, event_loop: &EventLoop) {
        match self {
            Self::Task(task) => event_loop.wake_task(*task),
            Self::Waker(waker) => waker.wake_by_ref(),
        }
    }
}

impl<T> FutureCell<T> {
    /// Adds a wakeup to the callbacks, unless it is there. `registered` is the wakeup that the same
    /// await has added before; the new one takes its place.
    pub(super) fn register(self: &Rc<Self>, registered: &mut Option<Wakeup>, wakeup: Wakeup) {
        if let Some(registered) = registered
            && registered.is(&wakeup)
        {
            return;
        }
        let before = registered.replace(wakeup.clone());
        let mut added = Callback::Wakeup(wakeup);
        if let Some(before) = before {
            // Foreign code may run when a waker is cloned or dropped, and must not find the list
            // borrowed. So the new one is moved and not cloned, and the old one is dropped after
            // the list is free.
            let before = Callback::Wakeup(before);
            let replaced = self.callbacks.borrow_mut().replace(&before, added);
            match replaced {
                Ok(old) => return discard(old),
                // The old one is not in the list any more, so the new one goes to the end.
                Err(new) => added = new,
            }
        }
        self.add_callback(added);
    }

    /// Refuses an await that could never end: gives what the poll of that await has to return, or
    /// `None` if the await is not refused. A task gets the error one iteration later, as in
    /// asyncio, where the error goes through the queue: this poll is pending, and `due` keeps the
    /// error for the next poll.
    ///
    /// `current` is the task of this future's loop that polls; `None` if something else polls, as a
    /// task of another loop or an executor does.
    pub(super) fn refuse(
        &self,
        current: Option<&CurrentTask>,
        waker: &Waker,
        due: &mut Option<Error>,
    ) -> Option<Poll<Error>> {
        if let Some(error) = due.take() {
            return Some(Poll::Ready(error));
        }
        if let Some(current) = current {
            if current.key() != Some(self.key) {
                return None;
            }
            *due = Some(Error::AwaitsItself);
            current.give_way();
            return Some(Poll::Pending);
        }
        let running = get_running_loop().ok()?;
        if running == self.event_loop {
            return None;
        }
        match running.0.current.polled_by(waker) {
            Some(current) => {
                *due = Some(Error::OtherLoop);
                // Nothing was registered that could wake this task, so its next step follows
                // without a wake.
                current.give_way();
                Some(Poll::Pending)
            }
            None => Some(Poll::Ready(Error::OtherLoop)),
        }
    }
}
