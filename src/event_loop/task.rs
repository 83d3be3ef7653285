//! Tasks: a future that drives a coroutine, one step at a time.
//!
//! # Cancellation
//!
//! As in Python, [`Future::cancel`] on a task is a request. The await point where the coroutine
//! stands gets [`Error::Cancelled`] when the loop comes to it, and the coroutine may clean up, pass
//! the error on with `?`, or swallow it and go on. This works wherever it awaits a future of this
//! loop, or something made of such futures, as [`sleep`](super::sleep) is. Rust cannot throw an
//! error into other futures, such as tokio's. There the coroutine is dropped, which is how Rust
//! cancels: its destructors run, no other code of it does, and it cannot swallow the request. Only
//! a [`timeout`](super::timeout) or a [`task_group`](super::task_group) around that await gets the
//! error.
//!
//! # The states of a task
//!
//! | state | `coroutine` | `scheduled` | `must_cancel` | how it gets here | what is next |
//! |---|---|---|---|---|---|
//! | due | there | yes | no | `create_task`; a wake; it gave way | a step |
//! | due, cancelled | there | yes | yes | nothing awaited took the `cancel` | a throwing step |
//! | running | taken out | no ¹ | no ² | its step | waiting, or done |
//! | waiting | there | no | no | it awaits | a wake makes it due |
//! | waiting, cancelled | there | no | yes | a gather did not take the `cancel` ³ | a wake |
//! | done | none | no ¹ | no | returned, panicked, cancelled | done callbacks |
//!
//! ¹ Yes once the task is woken during its step. If that step is its last, the loop comes to a step
//! that finds nothing left to do.
//! ² Yes once the task cancels itself.
//! ³ Because all children of the gather are done: its end, which is about to come, is the wake.
//!
//! `at_await_point` matters in the second state only: it says whether the step can throw the error
//! in, or has to drop the coroutine.

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::task::waker_ref;

use super::any_future::{AnyFuture, Others};
use super::cancel::cancel_all;
use super::entry::TaskWaker;
use super::foreign::{catch_panic, discard};
use super::future::{FutureCell, Kind, State};
use super::instrument::Caller;
use super::name::TaskName;
use super::{Error, EventLoop, Future, Handle, Inner, Result};

/// Boxed, because a task does not know the type of its coroutine; pinned, because a coroutine may
/// refer to itself.
type Coroutine<T> = Pin<Box<dyn NamedFuture<Output = Result<T>>>>;

/// A future that can still tell its type when it is boxed. It costs a task nothing.
trait NamedFuture: StdFuture {
    /// The name of the type, as [`std::any::type_name`] gives it. Call it on the future itself: a
    /// box of it is a future, too, and would give the name of the box.
    fn type_name(&self) -> &'static str {
        std::any::type_name::<Self>()
    }
}

impl<F: StdFuture> NamedFuture for F {}

/// What makes a future a task.
pub(super) struct TaskPart<T: 'static> {
    /// What [`Future::name`] says.
    name: TaskName,
    /// What the task runs. The cell is empty while the coroutine runs, so that what the coroutine
    /// calls finds the cell free. It stays empty once the task is done.
    coroutine: Cell<Option<Coroutine<T>>>,
    /// A task owns itself until it is done. asyncio's loop has only weak references, so a task that
    /// nothing else refers to may vanish before it ends; `create_task`'s documentation warns of it.
    /// This saves the program the list of tasks that is recommended there.
    itself: Cell<Option<Rc<FutureCell<T>>>>,
    /// The futures that the coroutine awaits, which a cancel has to ask. More than one under
    /// `join!` or `select!`, which asyncio does not have.
    waiting_for: Cell<Others>,
    /// A waker of its own, if something outside, such as tokio, had a clone of it when the last
    /// step ended.
    waker: Cell<Option<Arc<TaskWaker>>>,
    /// How often `cancel` was called, less the calls of `uncancel`: by this number a `timeout`
    /// tells its own request from others.
    cancel_requests: Cell<u32>,
    /// The next step stands in the ready queue: a second wake must not put it there again.
    scheduled: Cell<bool>,
    /// The next step throws `Cancelled`.
    must_cancel: Cell<bool>,
    /// The coroutine is suspended where an error can be thrown in.
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

    /// Marks the next step as scheduled, and gives what the caller has to put into the ready queue;
    /// `None` if it is there already or the task is done. asyncio raises an error if a task is
    /// woken twice; in Rust a waker may be called any number of times.
    pub(super) fn take_next_step(&self, cell: &Rc<FutureCell<T>>) -> Option<Handle> {
        if cell.done() || self.scheduled.replace(true) {
            return None;
        }
        Some(Handle(cell.clone()))
    }

    /// Whether the task's next place in the queue means a step. Otherwise it means a done callback.
    pub(super) fn is_scheduled(&self) -> bool {
        self.scheduled.get()
    }

    pub(super) fn cancel_requests(&self) -> &Cell<u32> {
        &self.cancel_requests
    }

    /// The first half of `Task.cancel` in `tasks.py`: counts the request, and gives the futures
    /// that the task waits for, which are asked first. Their list is taken out, so two tasks that
    /// await each other do not ask each other for ever.
    pub(super) fn begin_cancel(&self) -> Others {
        self.cancel_requests.set(self.cancel_requests.get() + 1);
        self.waiting_for.take()
    }

    /// The second half. If a future that the task awaits took the request, the end of that future
    /// will bring the error here. Otherwise the next step throws the error, even if there is a
    /// result to deliver. That step is scheduled here if the task awaits no future of this loop.
    pub(super) fn end_cancel(&self, cell: &Rc<FutureCell<T>>, others: Others, taken: bool) {
        if !taken {
            self.must_cancel.set(true);
            // If the task cancels itself, `suspend` schedules the next step when this one is over.
            let runs = cell.event_loop.0.current.key() == Some(cell.key);
            if others.is_empty() && !runs {
                self.schedule(cell, None);
            }
        }
        self.waiting_for.set(others);
    }

    /// Puts the next step into the queue, unless it is there.
    fn schedule(&self, cell: &Rc<FutureCell<T>>, caller: Caller) {
        if let Some(step) = self.take_next_step(cell) {
            cell.event_loop.push_ready(step, caller);
        }
    }

    /// Runs the coroutine to its next await (`Task.__step` in `tasks.py`).
    pub(super) fn run_step(&self, cell: &Rc<FutureCell<T>>) {
        // Before the poll, not after: a wake that comes during the step asks for another step.
        self.scheduled.set(false);
        // None if the task has ended since it was scheduled, or its loop was closed.
        let Some(mut coroutine) = self.coroutine.take() else { return };
        // Any number of cancels since the last step makes one error.
        let throws = self.must_cancel.take();
        if throws && !self.at_await_point.get() {
            // The task was cancelled before its first step, or at an await of something that is not
            // of this loop: no code of the coroutine could get the error.
            discard(coroutine);
            cell.event_loop.0.observers.coroutine_over();
            return self.finish(cell, State::Cancelled);
        }
        let current = &cell.event_loop.0.current;
        let polled = self.poll(cell, &mut coroutine, throws);
        // Whether the error is still there: no await point took it in this step. A pending
        // coroutine that has not taken the error is dropped below, and its task ends as cancelled.
        let error_is_left = current.has_error_left();
        if let Ok(Poll::Pending) = polled
            && !error_is_left
        {
            self.coroutine.set(Some(coroutine));
            return self.suspend(cell);
        }
        // Told before anything is dropped, so that for an instrument nothing has happened since the
        // coroutine returned.
        match &polled {
            Ok(Poll::Ready(Err(Error::Cancelled))) => {
                cell.event_loop.0.observers.task_cancelled();
            }
            Ok(Poll::Ready(Err(error))) => {
                cell.event_loop.0.observers.task_failed(error, (*coroutine).type_name());
            }
            Ok(_) | Err(_) => {}
        }
        // Dropped before the task is done: what awaits the task may rely on the destructors having
        // run.
        discard(coroutine);
        cell.event_loop.0.observers.coroutine_over();
        drop(current.take_awaits());
        // A task that cancels itself and then returns a result counts as cancelled, as in asyncio:
        // no await point is left that could get the error. If the coroutine returns a result and
        // nothing in it took the error, the task counts as cancelled, too.
        let cancelled = self.must_cancel.take() || error_is_left;
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
        // a waker. So one waker serves them all, and a task keeps the waker of a step only if
        // something has a clone of it at the end. That saves an allocation and 40 bytes a task.
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

    /// The coroutine is pending. The futures that it awaits know already what to wake. Three things
    /// are left to do: to note which futures a later cancel has to ask, to pass on a cancel that
    /// came during the step, and to schedule the next step if no wake will do so.
    fn suspend(&self, cell: &Rc<FutureCell<T>>) {
        let current = &cell.event_loop.0.current;
        let (awaits, throwable) = current.take_awaits();
        self.at_await_point.set(throwable);
        // The task was asked to cancel while it ran, and only now is it known what it awaits.
        if self.must_cancel.get() && cancel_all(&awaits, cell.message.get()) {
            self.must_cancel.set(false);
        }
        if current.gave_way() || (self.must_cancel.get() && awaits.is_empty()) {
            self.schedule(cell, None);
        }
        self.waiting_for.set(awaits);
    }

    /// The end: a result, an exception or cancellation. Only now does the task give up the
    /// reference to itself: until then it lives as long as its loop.
    fn finish(&self, cell: &Rc<FutureCell<T>>, state: State<T>) {
        self.abandon();
        cell.finish(state);
    }

    /// Drops what it owns: after its end, and when the loop is closed.
    pub(super) fn abandon(&self) {
        self.drop_coroutine();
        // These need no `discard`: they are references to futures of this loop, whose own
        // destructors use `discard`, and a waker of the loop's. All three cells are empty before
        // any of the values is dropped, so a destructor finds nothing half done.
        drop((self.waiting_for.take(), self.waker.take(), self.itself.take()));
    }

    /// Drops the coroutine only: enough for a future that is itself being dropped.
    pub(super) fn drop_coroutine(&self) {
        if let Some(coroutine) = self.coroutine.take() {
            discard(coroutine);
        }
    }
}

impl EventLoop {
    /// What all ways to create a task do.
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
            // The first step is a call like any other: the coroutine does not begin before the call
            // that creates the task is over. (3.12's eager tasks do begin at once, inside another
            // call.)
            part.itself.set(Some(task.0.clone()));
            part.schedule(&task.0, Some(Location::caller()));
        }
        Ok(task)
    }
}
