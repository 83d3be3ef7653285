//! What awaits a future: how it is woken, which place it has among the others, and what it is
//! refused.
//!
//! What awaits may come with another waker than before: a task that polls it anew, a lane of a
//! timeline that has moved. It keeps its place then, as tokio's queues keep it: what began to wait
//! first is woken first. asyncio has no such case, since there it is always the task that waits.
use std::mem::replace;
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
    /// How to wake what polls with this waker, the current task or a lane in it.
    pub(super) fn of(current: &CurrentTask, waker: &Waker) -> Self {
        match current.key() {
            Some(key) if current.owns(waker) => Wakeup::Task(key),
            _ => Wakeup::Waker(waker.clone()),
        }
    }

    /// Whether both wake the same. Two wakers may do so without being able to tell; then a future
    /// is registered anew, which is a little work and no error.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Task(task), Self::Task(other)) => task == other,
            (Self::Waker(waker), Self::Waker(other)) => waker.will_wake(other),
            _ => false,
        }
    }

    /// Makes the task due, through the queue. A foreign waker is called here and now, which is what
    /// its contract allows: it only notes that there is something to poll.
    pub(super) fn wake(&self, event_loop: &EventLoop) {
        match self {
            Self::Task(task) => event_loop.wake_task(*task),
            Self::Waker(waker) => waker.wake_by_ref(),
        }
    }
}

impl<T> FutureCell<T> {
    /// Adds a wakeup to the callbacks, unless it is there. `registered` is what the same await has
    /// added before, in whose place this one comes.
    pub(super) fn register(self: &Rc<Self>, registered: &mut Option<Wakeup>, wakeup: Wakeup) {
        if let Some(registered) = registered
            && registered.is(&wakeup)
        {
            return;
        }
        if let Some(before) = registered.replace(wakeup.clone())
            && self.replace_wakeup(&before, &wakeup)
        {
            return;
        }
        self.add_callback(Callback::Wakeup(wakeup));
    }

    /// Puts a wakeup in the place of another one. Says whether that was there.
    fn replace_wakeup(&self, old: &Wakeup, new: &Wakeup) -> bool {
        let mut replaced = None;
        for callback in &mut *self.callbacks.borrow_mut() {
            if let Callback::Wakeup(wakeup) = callback
                && wakeup.is(old)
            {
                replaced = Some(replace(callback, Callback::Wakeup(new.clone())));
                break;
            }
        }
        // Foreign code may run when it is dropped. It must not find the list in use.
        match replaced {
            Some(old) => {
                discard(old);
                true
            }
            None => false,
        }
    }

    /// Whether an await must not wait for this future, because it would be in vain. As in asyncio,
    /// where the error has to go through the queue to get into the coroutine, a task gets it one
    /// iteration later: `due` keeps it for the next poll.
    pub(super) fn refuses(
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
            current.gives_way();
            return Some(Poll::Pending);
        }
        // It may be the task of another loop, or an executor that has wakers of its own.
        let running = get_running_loop().ok()?;
        if running == self.event_loop {
            return None;
        }
        match running.0.current.polled_by(waker) {
            Some(current) => {
                *due = Some(Error::OtherLoop);
                // Nothing will ever wake it.
                current.gives_way();
                Some(Poll::Pending)
            }
            None => Some(Poll::Ready(Error::OtherLoop)),
        }
    }
}
