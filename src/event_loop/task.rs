//! Tasks: a future that drives a coroutine, one step at a time.
//!
//! # Cancellation
//!
//! As in Python, [`Future::cancel`] on a task is a request. The await point where the coroutine stands gets
//! [`Error::Cancelled`] when the loop comes to it, and the coroutine may clean up, pass the error on with `?`, or swallow it
//! and go on. This works wherever it awaits a future of this loop, or something made of them like [`sleep`](super::sleep).
//! Rust cannot throw an error into other futures, such as tokio's. There the coroutine is dropped, which is how Rust cancels:
//! destructors run, no other code of it does, and nothing can be swallowed.

use std::cell::{Cell, RefMut};
use std::future::Future as StdFuture;
use std::mem::{replace, take};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use futures::task::{ArcWake, waker_ref};
use smallvec::SmallVec;

use super::future::{AnyFuture, FutureCell, Kind, State};
use super::handle::catch_panic;
use super::threads::Letter;
use super::{Error, EventLoop, Future, Handle, Inner, Result, ThreadsafeHandle, get_running_loop};
use crate::waker::original_waker;

type Awaited = SmallVec<[Rc<dyn AnyFuture>; 1]>;

type Coroutine<T> = Pin<Box<dyn StdFuture<Output = Result<T>>>>;

pub(super) struct TaskPart<T> {
    name: Name,
    /// Absent while it runs, and after its end.
    coroutine: Cell<Option<Coroutine<T>>>,
    /// A task owns itself until it is done. (asyncio's do not, and one that nobody refers to may vanish.)
    itself: Cell<Option<Rc<FutureCell<T>>>>,
    /// What the coroutine awaits; more than one thing under `join!` or `select!`.
    waiting_for: Cell<Awaited>,
    /// Only while somebody outside, such as tokio, has a clone.
    waker: Cell<Option<Arc<TaskWaker>>>,
    /// The next step stands in the ready queue.
    scheduled: Cell<bool>,
    must_cancel: Cell<bool>,
    /// Suspended where an error can be thrown in.
    at_await_point: Cell<bool>,
}

enum Name {
    Number(usize),
    Given(Box<str>),
}

/// The step that is being run, where the coroutine's awaits and the task meet. In asyncio an exception goes in with
/// `coro.throw`, and the future to wait for comes out with `yield`.
pub(super) struct Step {
    /// The key of the task.
    pub(super) task: usize,
    /// The coroutine shall get an error, and has not got it yet.
    pub(super) throws: bool,
    pub(super) awaits: Awaited,
    /// A bare `yield`: give way for one turn.
    gives_way: bool,
    waker: *const (),
}

impl<T: 'static> TaskPart<T> {
    fn new(event_loop: &EventLoop, name: Option<&str>, coroutine: Coroutine<T>) -> Self {
        event_loop.0.task_count.update(|count| count + 1);
        Self {
            name: name.map_or(Name::Number(event_loop.0.task_count.get()), |name| {
                Name::Given(name.into())
            }),
            coroutine: Cell::new(Some(coroutine)),
            itself: Cell::default(),
            waiting_for: Cell::default(),
            waker: Cell::default(),
            scheduled: Cell::new(false),
            must_cancel: Cell::new(false),
            at_await_point: Cell::new(false),
        }
    }

    pub(super) fn name(&self) -> String {
        match &self.name {
            Name::Number(number) => format!("Task-{number}"),
            Name::Given(name) => name.to_string(),
        }
    }

    pub(super) fn next_step(&self, cell: &Rc<FutureCell<T>>) -> Option<Handle> {
        (!cell.done() && !self.scheduled.replace(true)).then(|| Handle(cell.clone()))
    }

    pub(super) fn is_scheduled(&self) -> bool {
        self.scheduled.get()
    }

    /// `Task.cancel` in `tasks.py`.
    pub(super) fn cancel(&self, cell: &Rc<FutureCell<T>>) {
        let waiting_for = self.waiting_for.take();
        let taken = cancel_all(&waiting_for);
        let waits = !waiting_for.is_empty();
        self.waiting_for.set(waiting_for);
        // If what it awaits took the request, that one's end will bring the error here. Otherwise there is nothing to cancel
        // any more, only a step that is due. It will throw the error, whatever result it was to deliver.
        if !taken {
            self.must_cancel.set(true);
            let runs =
                cell.event_loop.0.step.borrow().as_ref().is_some_and(|step| step.task == cell.key);
            if !waits && !runs {
                cell.event_loop.push_ready(self.next_step(cell));
            }
        }
    }

    /// Runs the coroutine to its next await (`Task.__step` in `tasks.py`).
    pub(super) fn step(&self, cell: &Rc<FutureCell<T>>) {
        self.scheduled.set(false);
        let Some(mut coroutine) = self.coroutine.take() else { return };
        let throws = self.must_cancel.take();
        if throws && !self.at_await_point.get() {
            // Cancelled before the first step, or at an await of something that is not of this loop.
            drop(coroutine);
            return self.finish(cell, State::Cancelled);
        }

        let Inner { step, spare_waker, door, .. } = &*cell.event_loop.0;
        let mut awaits = self.waiting_for.take();
        awaits.clear();
        let waker = self.waker.take().or_else(|| spare_waker.take()).unwrap_or_else(|| {
            Arc::new(TaskWaker { door: door.clone(), key: AtomicUsize::new(0) })
        });
        waker.key.store(cell.key, Ordering::Relaxed);
        let address = Arc::as_ptr(&waker).cast();
        step.replace(Some(Step {
            task: cell.key,
            throws,
            awaits,
            gives_way: false,
            waker: address,
        }));
        let polled =
            catch_panic(|| coroutine.as_mut().poll(&mut Context::from_waker(&waker_ref(&waker))));
        let step = step.take().expect("nobody else takes it");
        // Most tasks await only futures of this loop, which do without wakers. So one serves them all.
        let place = if Arc::strong_count(&waker) > 1 { &self.waker } else { spare_waker };
        place.set(Some(waker));

        match polled {
            Ok(Poll::Pending) if !step.throws => {
                self.coroutine.set(Some(coroutine));
                return self.suspend(cell, step);
            }
            _ => drop(coroutine),
        }
        // A task that cancels itself and then returns is cancelled: who else could have meant the request?
        let cancelled = step.throws || self.must_cancel.get();
        self.finish(
            cell,
            match polled {
                Ok(Poll::Ready(Ok(_))) if cancelled => State::Cancelled,
                Ok(Poll::Pending | Poll::Ready(Err(Error::Cancelled))) => State::Cancelled,
                Ok(Poll::Ready(outcome)) => State::Finished(outcome),
                Err(panic) => State::Finished(Err(panic)),
            },
        );
    }

    fn suspend(&self, cell: &Rc<FutureCell<T>>, step: Step) {
        self.at_await_point.set(step.gives_way || !step.awaits.is_empty());
        // It has asked to cancel itself while it ran.
        if self.must_cancel.get() && cancel_all(&step.awaits) {
            self.must_cancel.set(false);
        }
        if step.gives_way || self.must_cancel.get() && !self.at_await_point.get() {
            cell.event_loop.push_ready(self.next_step(cell));
        }
        self.waiting_for.set(step.awaits);
    }

    fn finish(&self, cell: &Rc<FutureCell<T>>, state: State<T>) {
        self.abandon();
        cell.finish(state);
    }

    pub(super) fn abandon(&self) {
        drop((self.coroutine.take(), self.waiting_for.take(), self.waker.take()));
        drop(self.itself.take());
    }
}

/// Asks every one of them, also after one has taken the request.
fn cancel_all(futures: &Awaited) -> bool {
    futures.iter().fold(false, |taken, future| future.clone().cancel() | taken)
}

/// Wakes a task from outside: from tokio's timers and sockets, channels, other threads. It can be sent to them because it knows
/// the task by its key only. That key may have passed to another task by then, which is polled once for nothing.
pub(super) struct TaskWaker {
    door: ThreadsafeHandle,
    key: AtomicUsize,
}

impl ArcWake for TaskWaker {
    fn wake_by_ref(waker: &Arc<Self>) {
        let key = waker.key.load(Ordering::Relaxed);
        match get_running_loop() {
            Ok(running)
                if running.0.door.mailbox.same_channel(&waker.door.mailbox)
                    && !running.0.waiting.get() =>
            {
                running.wake_task(key);
            }
            // A closed loop has no task to wake.
            _ => _ = waker.door.post(Letter::Wake(key)),
        }
    }
}

impl Step {
    pub(super) fn owns(&self, waker: &Waker) -> bool {
        self.waker == waker.data()
    }
}

impl EventLoop {
    /// The current step, if it is the task itself that polls with this waker, or a lane of a timeline in it, and not something
    /// inside it that has wakers of its own.
    pub(super) fn step(&self, waker: &Waker) -> Option<RefMut<'_, Step>> {
        let its_own = |step: &&mut Step| step.owns(waker) || step.waker == original_waker(waker);
        RefMut::filter_map(self.0.step.borrow_mut(), |step| step.as_mut().filter(its_own)).ok()
    }

    /// The next step of the task with this key, to be put into the ready queue, unless it is there.
    pub(super) fn next_step(&self, key: usize) -> Option<Handle> {
        let task = self.0.futures.borrow().get(key).and_then(Weak::upgrade);
        task.and_then(AnyFuture::next_step)
    }

    pub(super) fn wake_task(&self, key: usize) {
        self.push_ready(self.next_step(key));
    }

    pub(super) fn start_task<T: 'static>(
        &self,
        name: Option<&str>,
        coroutine: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Result<Future<T>> {
        self.check_closed()?;
        let task = Future::new(self, Kind::Task(TaskPart::new(self, name, Box::pin(coroutine))));
        if let Kind::Task(part) = &task.0.kind {
            part.itself.set(Some(task.0.clone()));
            self.push_ready(part.next_step(&task.0));
        }
        Ok(task)
    }
}

/// Starts a coroutine as a task of the running loop; see [`EventLoop::create_task`]. [`Error::NoRunningLoop`] if there is none.
pub fn create_task<T: 'static>(
    coroutine: impl StdFuture<Output = Result<T>> + 'static,
) -> Result<Future<T>> {
    get_running_loop()?.create_task(coroutine)
}

/// Lets everything else that is ready run once: pending the first time, ready the second.
pub(super) fn give_way(done: &mut bool, context: &Context<'_>) -> Poll<Result<()>> {
    let event_loop = get_running_loop()?;
    let mut step = event_loop.step(context.waker());
    if step.as_mut().is_some_and(|step| take(&mut step.throws)) {
        return Poll::Ready(Err(Error::Cancelled));
    }
    if replace(done, true) {
        return Poll::Ready(Ok(()));
    }
    step.iter_mut().for_each(|step| step.gives_way = true);
    if !step.is_some_and(|step| step.owns(context.waker())) {
        context.waker().wake_by_ref();
    }
    Poll::Pending
}

/// What can be awaited in the loop's name: a [`Future`], a task, or a coroutine, which is any Rust future that gives
/// a [`Result`].
pub trait EnsureFuture {
    /// What it gives when it succeeds.
    type Output;

    /// Makes a task of a coroutine, of `event_loop` or else the running loop; a future is handed on as it is.
    fn ensure_future(self, event_loop: Option<&EventLoop>) -> Result<Future<Self::Output>>;
}

impl<T: 'static, C: StdFuture<Output = Result<T>> + 'static> EnsureFuture for C {
    type Output = T;

    fn ensure_future(self, event_loop: Option<&EventLoop>) -> Result<Future<T>> {
        event_loop.cloned().map_or_else(get_running_loop, Ok)?.create_task(self)
    }
}

impl<T> EnsureFuture for Future<T> {
    type Output = T;

    fn ensure_future(self, _: Option<&EventLoop>) -> Result<Self> {
        Ok(self)
    }
}
