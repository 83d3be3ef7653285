//! Tasks: a future that drives a coroutine, one step at a time.
//!
//! # Cancellation
//!
//! As in Python, [`Future::cancel`] on a task is a request. The await point where the coroutine stands gets
//! [`Error::Cancelled`] when the loop comes to it, and the coroutine may clean up, pass the error on with `?`, or swallow it
//! and go on. This works wherever it awaits a future of this loop, or something made of them like [`sleep`](super::sleep).
//! Rust cannot throw an error into other futures, such as tokio's. There the coroutine is dropped, which is how Rust cancels:
//! destructors run, no other code of it does, and nothing can be swallowed.

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use smallvec::SmallVec;

use super::future::{AnyFuture, FutureCell, Kind, State};
use super::handle::catch_panic;
use super::threads::Letter;
use super::{Error, EventLoop, Future, Handle, Result, ThreadsafeHandle, get_running_loop};
use crate::timeline::whose_waker;

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
    waker: Cell<Option<Box<TaskWaker>>>,
    /// The next step stands in the ready queue.
    scheduled: Cell<bool>,
    running: Cell<bool>,
    must_cancel: Cell<bool>,
    /// Suspended where an error can be thrown in.
    at_await_point: Cell<bool>,
}

enum Name {
    Number(usize),
    Given(Box<str>),
}

/// A lane of a timeline, in a task, that awaits a future, or the next turn. The loop wakes its tasks without wakers, so it
/// tells the lane that it did; see [`LaneExt::lane`](crate::LaneExt::lane). Without lanes the list of them is empty.
pub(super) struct AwaitingLane {
    task: *const (),
    future: Option<*const ()>,
    waker: Waker,
}

/// The step that is being run, where the coroutine's awaits and the task meet. In asyncio an exception goes in with
/// `coro.throw`, and the future to wait for comes out with `yield`.
pub(super) struct Step {
    pub(super) task: *const (),
    pub(super) thrown: Option<Error>,
    pub(super) yielded: Awaited,
    /// A bare `yield`: give way for one turn.
    yielded_nothing: bool,
    waker: *const (),
}

impl<T: 'static> TaskPart<T> {
    fn new(event_loop: &EventLoop, name: Option<&str>, coroutine: Coroutine<T>) -> Self {
        event_loop.0.task_count.update(|count| count + 1);
        Self {
            name: name.map_or(Name::Number(event_loop.0.task_count.get()), |name| Name::Given(name.into())),
            coroutine: Cell::new(Some(coroutine)),
            itself: Cell::default(),
            waiting_for: Cell::default(),
            waker: Cell::default(),
            scheduled: Cell::new(false),
            running: Cell::new(false),
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
        (!self.scheduled.replace(true)).then(|| Handle(cell.clone()))
    }

    /// `Task.cancel` in `tasks.py`.
    pub(super) fn cancel(&self, cell: &Rc<FutureCell<T>>) {
        let waiting_for = self.waiting_for.take();
        let taken = waiting_for.iter().fold(false, |taken, future| future.clone().cancel() | taken);
        let waits = !waiting_for.is_empty();
        self.waiting_for.set(waiting_for);
        // If what it awaits took the request, that one's end will bring the error here. Otherwise there is nothing to cancel
        // any more, only a step that is due. It will throw the error, whatever result it was to deliver.
        if !taken {
            self.must_cancel.set(true);
            if !waits && !self.running.get() {
                cell.event_loop.push_ready(self.next_step(cell));
            }
        }
    }

    /// Runs the coroutine to its next await (`Task.__step` in `tasks.py`).
    pub(super) fn step(&self, cell: &Rc<FutureCell<T>>) {
        self.scheduled.set(false);
        let Some(mut coroutine) = self.coroutine.take() else { return };
        cell.event_loop.0.lanes.borrow_mut().retain(|lane| lane.task != Rc::as_ptr(cell).cast());
        let mut yielded = self.waiting_for.take();
        yielded
            .drain(..)
            .filter(|future| !future.done())
            .for_each(|other| other.remove_wakeup(Rc::as_ptr(cell).cast()));
        let thrown = self.must_cancel.take().then_some(Error::Cancelled);
        if thrown.is_some() && !self.at_await_point.get() {
            // Cancelled before the first step, or at an await of something that is not of this loop.
            drop(coroutine);
            return self.finish(cell, State::Cancelled);
        }

        let loop_state = &cell.event_loop.0;
        let waker = self.waker.take().or_else(|| loop_state.spare_waker.take());
        let waker = waker.unwrap_or_else(|| Box::new(TaskWaker::new(&loop_state.door)));
        waker.shared.key.store(cell.key.get(), Ordering::Relaxed);
        let task = Rc::as_ptr(cell).cast();
        loop_state.step.replace(Some(Step {
            task,
            thrown,
            yielded,
            yielded_nothing: false,
            waker: waker.waker.data(),
        }));
        self.running.set(true);
        let polled = catch_panic(|| coroutine.as_mut().poll(&mut Context::from_waker(&waker.waker)));
        self.running.set(false);
        let step = loop_state.step.take().expect("nobody else takes it");
        // Most tasks await only futures of this loop, which do without wakers. So one serves them all.
        let place = if Arc::strong_count(&waker.shared) > 2 { &self.waker } else { &loop_state.spare_waker };
        place.set(Some(waker));

        match polled {
            Ok(Poll::Pending) if step.thrown.is_none() => {
                self.coroutine.set(Some(coroutine));
                return self.suspend(cell, step);
            }
            _ => drop(coroutine),
        }
        // A task that cancels itself and then returns is cancelled: who else could have meant the request?
        let cancelled = step.thrown.is_some() || self.must_cancel.get();
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
        self.at_await_point.set(step.yielded_nothing || !step.yielded.is_empty());
        let mut taken = false;
        for future in &step.yielded {
            // A done callback among the others: whoever began to wait first is woken first, through the ready queue.
            future.clone().add_wakeup(cell.clone());
            taken |= self.must_cancel.get() && future.clone().cancel();
        }
        if taken {
            self.must_cancel.set(false);
        }
        if step.yielded_nothing || self.must_cancel.get() && !self.at_await_point.get() {
            cell.event_loop.push_ready(self.next_step(cell));
            cell.event_loop.tell_lanes(Rc::as_ptr(cell).cast(), None);
        }
        self.waiting_for.set(step.yielded);
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

/// Wakes a task from outside: from tokio's timers and sockets, channels, other threads. It can be sent to them because it knows
/// the task by its key only. That key may have passed to another task by then, which is polled once for nothing.
pub(super) struct TaskWaker {
    waker: Waker,
    shared: Arc<WakeByKey>,
}

struct WakeByKey {
    door: ThreadsafeHandle,
    key: AtomicUsize,
}

impl TaskWaker {
    fn new(door: &ThreadsafeHandle) -> Self {
        let shared = Arc::new(WakeByKey { door: door.clone(), key: AtomicUsize::new(0) });
        Self { waker: shared.clone().into(), shared }
    }
}

thread_local! {
    /// The loop is telling lanes that it has woken their task: what they pass on would only make it turn once for nothing.
    static TELLING_LANES: Cell<bool> = const { Cell::new(false) };
}

impl Wake for WakeByKey {
    fn wake(self: Arc<Self>) {
        if TELLING_LANES.get() {
            return;
        }
        // A closed loop has no task to wake.
        let _ = self.door.post(Letter::Wake(self.key.load(Ordering::Relaxed)));
    }
}

impl EventLoop {
    /// The current step, if it is the task itself that polls, and not something inside it that has wakers of its own.
    pub(super) fn with_step<R>(&self, context: &Context<'_>, change: impl FnOnce(&mut Step) -> R) -> Option<R> {
        let waker = context.waker();
        let its_own = |step: &&mut Step| step.waker == waker.data() || step.waker == whose_waker(waker);
        self.0.step.borrow_mut().as_mut().filter(its_own).map(change)
    }

    /// If it is a lane in the task that awaits, it shall hear of its wake.
    pub(super) fn lane_awaits(&self, step: &Step, future: Option<*const ()>, waker: &Waker) {
        if waker.data() != step.waker {
            self.0.lanes.borrow_mut().push(AwaitingLane { task: step.task, future, waker: waker.clone() });
        }
    }

    /// The task is woken because the future is done, or `None` because it had only given way.
    #[inline]
    pub(super) fn tell_lanes(&self, task: *const (), future: Option<*const ()>) {
        if !self.0.lanes.borrow().is_empty() {
            let lanes = self.0.lanes.take();
            let (woken, others): (Vec<_>, Vec<_>) =
                lanes.into_iter().partition(|lane| lane.task == task && lane.future == future);
            self.0.lanes.replace(others);
            // The step is in the queue already, so this tells, and wakes nobody else.
            TELLING_LANES.set(true);
            woken.into_iter().for_each(|lane| lane.waker.wake());
            TELLING_LANES.set(false);
        }
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
pub fn create_task<T: 'static>(coroutine: impl StdFuture<Output = Result<T>> + 'static) -> Result<Future<T>> {
    get_running_loop()?.create_task(coroutine)
}

/// Lets everything else that is ready run once: pending the first time, ready the second.
pub(super) fn give_way(done: &mut bool, context: &Context<'_>) -> Poll<Result<()>> {
    let event_loop = get_running_loop()?;
    let thrown = event_loop.with_step(context, |step| {
        step.yielded_nothing = !*done;
        event_loop.lane_awaits(step, None, context.waker());
        step.thrown.take()
    });
    match thrown {
        Some(Some(error)) => return Poll::Ready(Err(error)),
        None if !*done => context.waker().wake_by_ref(),
        _ => {}
    }
    if std::mem::replace(done, true) { Poll::Ready(Ok(())) } else { Poll::Pending }
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
