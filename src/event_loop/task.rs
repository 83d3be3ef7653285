//! Tasks: a future that drives a coroutine, one step at a time.
//!
//! # Cancellation
//!
//! As in Python, [`Future::cancel`] on a task is a request. The await point where the coroutine
//! stands gets [`Error::Cancelled`] when the loop comes to it, and the coroutine may clean up, pass
//! the error on with `?`, or swallow it and go on. This works wherever it awaits a future of this
//! loop, or something made of them like [`sleep`](super::sleep). Rust cannot throw an error into
//! other futures, such as tokio's. There the coroutine is dropped, which is how Rust cancels:
//! destructors run, no other code of it does, and nothing can be swallowed. Only a
//! [`timeout`](super::timeout) or a [`task_group`](super::task_group) around it is told.
//!
//! # The states of a task
//!
//! | state | `coroutine` | `scheduled` | `must_cancel` | how it gets here | what is next |
//! |---|---|---|---|---|---|
//! | due | there | yes | no | `create_task`; a wake; it gave way | a step |
//! | due, cancelled | there | yes | yes | nothing awaited took the `cancel` | a throwing step |
//! | running | taken out | no, or woken in it | no, or by itself | its step | waiting, or done |
//! | waiting | there | no | no | it awaits | a wake makes it due |
//! | waiting, cancelled | there | no | yes | by itself; a gather refused | a wake |
//! | done | none | no, or in vain | no | returned, panicked, cancelled | done callbacks |
//!
//! `at_await_point` matters in the second state only: can the error be thrown in, or is the
//! coroutine dropped?

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::task::waker_ref;

use super::cancel::{Others, cancel_all};
use super::foreign::{catch_panic, discard};
use super::future::{AnyFuture, FutureCell, Kind, State};
use super::instrument::Caller;
use super::name::TaskName;
use super::remote::TaskWaker;
use super::{Error, EventLoop, Future, Handle, Inner, Result};

type Coroutine<T> = Pin<Box<dyn StdFuture<Output = Result<T>>>>;

/// What makes a future a task.
pub(super) struct TaskPart<T: 'static> {
    /// What [`Future::name`] says.
    name: TaskName,
    /// Taken out while it runs, so that what it calls finds the cell free, and after its end.
    coroutine: Cell<Option<Coroutine<T>>>,
    /// A task owns itself until it is done. asyncio's tasks do not, and one that nothing refers to
    /// may vanish; the documentation of `create_task` warns of it. This saves the warning.
    itself: Cell<Option<Rc<FutureCell<T>>>>,
    /// What the coroutine awaits, to pass a cancel on to; more than one under `join!` or `select!`,
    /// which asyncio has not.
    waiting_for: Cell<Others>,
    /// Only while something outside, such as tokio, has a clone of it.
    waker: Cell<Option<Arc<TaskWaker>>>,
    /// `cancel` less `uncancel`: by this a `timeout` tells its own request from others.
    cancel_requests: Cell<u32>,
    /// The next step stands in the ready queue: a second wake must not put it there again.
    scheduled: Cell<bool>,
    /// The next step throws `Cancelled`.
    must_cancel: Cell<bool>,
    /// It is suspended where an error can be thrown in.
    at_await_point: Cell<bool>,
}

impl<T> TaskPart<T> {
    fn new(name: Option<&str>, coroutine: Coroutine<T>) -> Self {
        Self {
            name: TaskName::new(name),
            coroutine: Cell::new(Some(coroutine)),
            itself: Cell::default(),
            waiting_for: Cell::default(),
            waker: Cell::default(),
            cancel_requests: Cell::new(0),
            scheduled: Cell::new(false),
            must_cancel: Cell::new(false),
            at_await_point: Cell::new(false),
        }
    }

    pub(super) fn name(&self) -> String {
        self.name.to_string()
    }

    /// The place in the queue for its next step, unless there is one. asyncio raises an error if a
    /// task is woken twice; in Rust a waker may be called as often as one likes.
    pub(super) fn next_step(&self, cell: &Rc<FutureCell<T>>) -> Option<Handle> {
        if cell.done() || self.scheduled.replace(true) {
            return None;
        }
        Some(Handle(cell.clone()))
    }

    /// Whether its place in the queue means a step. If not, it means a done callback.
    pub(super) fn is_scheduled(&self) -> bool {
        self.scheduled.get()
    }

    pub(super) fn cancel_requests(&self) -> &Cell<u32> {
        &self.cancel_requests
    }

    /// The first half of `Task.cancel` in `tasks.py`: what it waits for is asked first. That list
    /// is taken out, so tasks that await each other do not ask each other for ever.
    pub(super) fn begin_cancel(&self) -> Others {
        self.cancel_requests.set(self.cancel_requests.get() + 1);
        self.waiting_for.take()
    }

    /// The second half. If what it awaits took the request, the end of that will bring the error
    /// here. Otherwise there is nothing to cancel any more, only a step that is due or has to be.
    /// It throws the error, even if there is a result to deliver.
    pub(super) fn end_cancel(&self, cell: &Rc<FutureCell<T>>, others: Others, taken: bool) {
        if !taken {
            self.must_cancel.set(true);
            let runs = cell.event_loop.0.current.key() == Some(cell.key);
            if others.is_empty() && !runs {
                self.schedule(cell, None);
            }
        }
        self.waiting_for.set(others);
    }

    fn schedule(&self, cell: &Rc<FutureCell<T>>, caller: Caller) {
        if let Some(step) = self.next_step(cell) {
            cell.event_loop.push_ready(step, caller);
        }
    }

    /// Runs the coroutine to its next await (`Task.__step` in `tasks.py`).
    pub(super) fn run_step(&self, cell: &Rc<FutureCell<T>>) {
        // Before the poll, not after: a wake that comes during the step asks for another one.
        self.scheduled.set(false);
        // None if the task has ended since it was scheduled, or its loop was closed.
        let Some(mut coroutine) = self.coroutine.take() else { return };
        // However often it was cancelled since the last step, that is one error.
        let throws = self.must_cancel.take();
        if throws && !self.at_await_point.get() {
            // Cancelled before the first step, or at an await of something that is not of this
            // loop.
            discard(coroutine);
            return self.finish(cell, State::Cancelled);
        }
        let current = &cell.event_loop.0.current;
        let polled = self.poll(cell, &mut coroutine, throws);
        let throws = current.throws();
        if let Ok(Poll::Pending) = polled
            && !throws
        {
            self.coroutine.set(Some(coroutine));
            return self.suspend(cell);
        }
        if let Ok(Poll::Ready(Err(Error::Cancelled))) = polled {
            // Before anything is dropped: the coroutine is the last thing that has ended.
            cell.event_loop.0.observers.task_cancelled();
        }
        // Before it is done: what awaits it may rely on the destructors having run.
        discard(coroutine);
        drop(current.take_awaits());
        // A task that cancels itself and then returns is cancelled, for it alone can have meant the
        // request. One that did not take the error cannot be made to go on.
        let cancelled = self.must_cancel.take() || throws;
        let state = match polled {
            Ok(Poll::Ready(Ok(result))) if cancelled => {
                discard(result);
                State::Cancelled
            }
            Ok(Poll::Ready(Ok(result))) => State::Finished(Ok(result)),
            Ok(Poll::Pending | Poll::Ready(Err(Error::Cancelled))) => {
                cell.message.set(current.take_message());
                State::Cancelled
            }
            Ok(Poll::Ready(Err(error))) | Err(error) => State::Finished(Err(error)),
        };
        self.finish(cell, state);
    }

    /// Polls the coroutine as the current task.
    fn poll(
        &self,
        cell: &Rc<FutureCell<T>>,
        coroutine: &mut Coroutine<T>,
        throws: bool,
    ) -> Result<Poll<Result<T>>> {
        let Inner { current, spare_waker, .. } = &*cell.event_loop.0;
        // Most tasks await only futures of this loop, which wake them by their key and never clone
        // a waker. So one waker serves them all; a task keeps one of its own only while that is
        // cloned. It saves an allocation and 40 bytes a task.
        let waker = match self.waker.take() {
            Some(waker) => waker,
            None => spare_waker.take(&cell.event_loop),
        };
        waker.set_key(cell.key);
        let address = Arc::as_ptr(&waker).addr();
        current.begin_step(cell.key, address, throws, &self.waiting_for);
        let polled =
            catch_panic(|| coroutine.as_mut().poll(&mut Context::from_waker(&waker_ref(&waker))));
        current.end_step();
        if Arc::strong_count(&waker) > 1 {
            self.waker.set(Some(waker));
        } else {
            spare_waker.keep(waker);
        }
        polled
    }

    /// The coroutine is pending. What it awaits has its wakeup already; so nothing has to be done
    /// but to note what a cancel will need, and to follow up a cancel from within the step.
    fn suspend(&self, cell: &Rc<FutureCell<T>>) {
        let current = &cell.event_loop.0.current;
        let (awaits, throwable) = current.take_awaits();
        self.at_await_point.set(throwable);
        // It has asked to cancel itself while it ran, and only now is it known what it awaits.
        if self.must_cancel.get() && cancel_all(&awaits, cell.message.get()) {
            self.must_cancel.set(false);
        }
        if current.will_go_on() || (self.must_cancel.get() && awaits.is_empty()) {
            self.schedule(cell, None);
        }
        self.waiting_for.set(awaits);
    }

    /// The end: a result, an exception or cancellation. The task lets go of itself only here: until
    /// then it lives as long as its loop.
    fn finish(&self, cell: &Rc<FutureCell<T>>, state: State<T>) {
        self.abandon();
        cell.finish(state);
    }

    /// Drops what it owns: after its end, and when the loop is closed.
    pub(super) fn abandon(&self) {
        self.drop_coroutine();
        // None of these runs foreign code: each is only a reference to a future of this loop, whose
        // own destructor knows how to be dropped.
        drop((self.waiting_for.take(), self.waker.take(), self.itself.take()));
    }

    pub(super) fn drop_coroutine(&self) {
        if let Some(coroutine) = self.coroutine.take() {
            discard(coroutine);
        }
    }
}

impl EventLoop {
    #[track_caller]
    pub(super) fn start_task<T: 'static>(
        &self,
        name: Option<&str>,
        coroutine: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Result<Future<T>> {
        self.check_closed()?;
        // One allocation for the coroutine, whose size only the caller knows, and one for all the
        // rest.
        let task = Future::new(self, Kind::Task(TaskPart::new(name, Box::pin(coroutine))));
        if let Kind::Task(part) = &task.0.kind {
            // The first step is a call like any other: the coroutine does not begin before the code
            // that makes it is over. (3.12's eager tasks do begin at once, inside another call.)
            part.itself.set(Some(task.0.clone()));
            part.schedule(&task.0, Some(Location::caller()));
        }
        Ok(task)
    }
}
