//! Tasks: a future that drives a coroutine, one step at a time.

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::future::{AnyFuture, FutureCell, Kind, State, identity};
use super::handle::{Call, catch_panic};
use super::threads::{Letter, Mailbox};
use super::{Error, EventLoop, Future, Handle, get_running_loop};

/// asyncio's `Task`: a [`Future`] that runs a coroutine. All methods of `Future` are there, and it can be awaited.
///
/// Dropping a task does not end it; the loop owns its tasks until they are done. (In asyncio it does not, and a task that is
/// referred to by nobody may vanish.)
///
/// # Cancellation
///
/// As in Python, [`Future::cancel`] on a task is a request. The task's current await point gets [`Error::Cancelled`] when the
/// loop comes to it; the coroutine may clean up, pass the error on with `?`, or swallow it and go on. This works where the
/// coroutine awaits a future of this loop, or anything made of them, like [`sleep`](super::sleep). Rust has no way to throw an
/// error into other futures, such as tokio's. At such an await the coroutine is dropped, which is how Rust cancels:
/// destructors run, nothing else, and nothing can be swallowed.
pub struct Task<T>(Future<T>);

type Coroutine<T> = Pin<Box<dyn StdFuture<Output = Result<T, Error>>>>;

pub(super) struct TaskPart<T> {
    /// Absent while it runs, and after its end.
    coroutine: Cell<Option<Coroutine<T>>>,
    /// asyncio's `_fut_waiter`.
    waiting_for: Cell<Waiting>,
    /// Only while somebody outside, like tokio, holds a clone of it.
    waker: Cell<Option<Box<TaskWaker>>>,
    name: Option<Box<str>>,
    number: usize,
    key: Cell<usize>,
    /// A step stands in the ready queue.
    scheduled: Cell<bool>,
    running: Cell<bool>,
    must_cancel: Cell<bool>,
    /// Suspended where an error can be thrown in.
    at_await_point: Cell<bool>,
}

/// What a suspended coroutine awaits. asyncio knows one future at a time; `join!` and `select!` await several.
#[derive(Default)]
enum Waiting {
    #[default]
    Nothing,
    One(Rc<dyn AnyFuture>),
    Several(Vec<Rc<dyn AnyFuture>>),
}

impl Waiting {
    fn as_slice(&self) -> &[Rc<dyn AnyFuture>] {
        match self {
            Self::Nothing => &[],
            Self::One(future) => std::slice::from_ref(future),
            Self::Several(futures) => futures,
        }
    }

    fn push(&mut self, future: Rc<dyn AnyFuture>) {
        *self = match std::mem::take(self) {
            Self::Nothing => Self::One(future),
            Self::One(first) => Self::Several(vec![first, future]),
            Self::Several(mut futures) => {
                futures.push(future);
                Self::Several(futures)
            }
        }
    }
}

/// The step that is being run: how `await` inside the coroutine and the task around it talk to each other. asyncio sends an
/// exception in with `coro.throw` and gets the future to wait for out with `yield`.
pub(super) struct Step {
    task: *const (),
    waker: *const (),
    thrown: Option<Error>,
    yielded: Waiting,
    /// A bare `yield`: `sleep(0)`.
    gives_way: bool,
}

impl<T: 'static> Task<T> {
    pub(super) fn new(
        event_loop: &EventLoop,
        name: Option<&str>,
        coroutine: impl StdFuture<Output = Result<T, Error>> + 'static,
    ) -> Self {
        let task = Self(Future::new(
            event_loop,
            Kind::Task(TaskPart {
                coroutine: Cell::new(Some(Box::pin(coroutine))),
                waiting_for: Cell::default(),
                waker: Cell::default(),
                name: name.map(Into::into),
                number: event_loop.next_task_number(),
                key: Cell::new(0),
                scheduled: Cell::new(false),
                running: Cell::new(false),
                must_cancel: Cell::new(false),
                at_await_point: Cell::new(false),
            }),
        ));
        if let Kind::Task(part) = &task.0.0.kind {
            part.key.set(event_loop.register_task(task.0.0.clone()));
            part.schedule_step(&task.0.0);
        }
        task
    }

    /// The name given to `create_named_task`, or `Task-1`, `Task-2` and so on.
    pub fn name(&self) -> String {
        self.0.0.name()
    }
}

impl<T: 'static> TaskPart<T> {
    pub(super) fn name(&self) -> String {
        self.name.as_deref().map_or_else(|| format!("Task-{}", self.number), str::to_owned)
    }

    pub(super) fn schedule_step(&self, cell: &Rc<FutureCell<T>>) {
        if let Some(handle) = self.next_step(cell) {
            cell.event_loop.push_ready(handle);
        }
    }

    /// The step to put into the ready queue, unless it is there.
    pub(super) fn next_step(&self, cell: &Rc<FutureCell<T>>) -> Option<Handle> {
        (!self.scheduled.replace(true)).then(|| Handle(Call::Step(cell.clone())))
    }

    /// `Task.cancel` in CPython's `tasks.py`.
    pub(super) fn cancel(&self, cell: &Rc<FutureCell<T>>) {
        let waiting_for = self.waiting_for.take();
        let mut taken = false;
        for future in waiting_for.as_slice() {
            taken |= future.clone().cancel();
        }
        let waits = !waiting_for.as_slice().is_empty();
        self.waiting_for.set(waiting_for);
        // What it waits for took the request, and its end will wake this task with the error. Otherwise there is nothing
        // to cancel any more, only a step that is due: that step throws the error, whatever result it would have delivered.
        if !taken {
            self.must_cancel.set(true);
            if !waits && !self.running.get() {
                self.schedule_step(cell);
            }
        }
    }

    pub(super) fn wakeup(&self, cell: &Rc<FutureCell<T>>, by: *const ()) {
        let waiting_for = self.waiting_for.take();
        let awaited = waiting_for.as_slice().iter().any(|future| identity(future) == by);
        self.waiting_for.set(waiting_for);
        if awaited {
            self.step(cell);
        }
    }

    /// Runs the coroutine to its next await (`Task.__step` in CPython's `tasks.py`).
    pub(super) fn step(&self, cell: &Rc<FutureCell<T>>) {
        let event_loop = &cell.event_loop;
        self.scheduled.set(false);
        for future in self.waiting_for.take().as_slice() {
            future.remove_wakeup(Rc::as_ptr(cell).cast());
        }
        let Some(mut coroutine) = self.coroutine.take() else { return };
        let thrown = self.must_cancel.take().then_some(Error::Cancelled);
        if thrown.is_some() && !self.at_await_point.get() {
            // Cancelled before its first step, or where it awaits something that is not of this loop.
            drop(coroutine);
            return self.finish(cell, State::Cancelled);
        }

        let waker = self.waker.take().unwrap_or_else(|| event_loop.spare_waker());
        waker.shared.key.store(self.key.get(), Ordering::Relaxed);
        event_loop.enter_step(Step {
            task: Rc::as_ptr(cell).cast(),
            waker: waker.waker.data(),
            thrown,
            yielded: Waiting::Nothing,
            gives_way: false,
        });
        self.running.set(true);
        let polled = catch_panic(|| coroutine.as_mut().poll(&mut Context::from_waker(&waker.waker)));
        self.running.set(false);
        let step = event_loop.leave_step();
        if waker.is_shared() {
            self.waker.set(Some(waker));
        } else {
            event_loop.return_waker(waker);
        }

        match polled {
            Ok(Poll::Pending) if step.thrown.is_none() => {
                self.coroutine.set(Some(coroutine));
                self.suspend(cell, step);
            }
            // Nobody took the error that was thrown in: `select!` chose to poll something else.
            Ok(Poll::Pending) => {
                drop((coroutine, step));
                self.finish(cell, State::Cancelled);
            }
            Ok(Poll::Ready(result)) => {
                drop(coroutine);
                // A task that cancels itself and then returns is cancelled: nobody else can have meant the request.
                let refused = step.thrown.is_some() || self.must_cancel.get();
                self.finish(cell, match result {
                    Err(Error::Cancelled) => State::Cancelled,
                    Ok(_) if refused => State::Cancelled,
                    result => State::Finished(result),
                });
            }
            Err(panic) => {
                drop(coroutine);
                self.finish(cell, State::Finished(Err(panic)));
            }
        }
    }

    fn suspend(&self, cell: &Rc<FutureCell<T>>, step: Step) {
        self.at_await_point.set(step.gives_way || !step.yielded.as_slice().is_empty());
        if step.gives_way {
            self.schedule_step(cell);
        }
        let mut taken = false;
        for future in step.yielded.as_slice() {
            // One more done callback of the future, in the same list as all others: its turn comes in the order in which
            // people began to wait, and never from inside `set_result`.
            future.clone().add_wakeup(cell.clone());
            taken |= self.must_cancel.get() && future.clone().cancel();
        }
        if taken {
            self.must_cancel.set(false);
        } else if self.must_cancel.get() && !self.at_await_point.get() {
            self.schedule_step(cell);
        }
        self.waiting_for.set(step.yielded);
    }

    fn finish(&self, cell: &Rc<FutureCell<T>>, state: State<T>) {
        self.waker.take();
        cell.event_loop.unregister_task(self.key.get());
        cell.finish(state);
    }

    pub(super) fn abandon(&self) {
        self.coroutine.take();
        self.waiting_for.take();
        self.waker.take();
    }
}

/// What wakes a task from outside: tokio's timers and sockets, channels, other threads. Knows the task by its key only, so
/// that it can be sent to other threads. A key may have passed to another task by then, which is polled once for nothing.
pub(super) struct TaskWaker {
    waker: Waker,
    shared: Arc<WakeByKey>,
}

struct WakeByKey {
    mailbox: Arc<Mailbox>,
    key: AtomicUsize,
}

impl Wake for WakeByKey {
    fn wake(self: Arc<Self>) {
        // After the loop is closed there is no task left to wake.
        let _ = self.mailbox.post(Letter::Wake(self.key.load(Ordering::Relaxed)));
    }
}

impl TaskWaker {
    pub(super) fn new(mailbox: &Arc<Mailbox>) -> Self {
        let shared = Arc::new(WakeByKey { mailbox: mailbox.clone(), key: AtomicUsize::new(0) });
        Self { waker: shared.clone().into(), shared }
    }

    /// Whether a future kept it. Most await only futures of this loop, which do not, so one waker serves nearly all tasks.
    fn is_shared(&self) -> bool {
        Arc::strong_count(&self.shared) > 2
    }
}

/// The await point's side of a [`Step`]. `context` tells whether the task itself polls, or something inside it that has
/// wakers of its own and must be woken through them.
impl EventLoop {
    pub(super) fn take_thrown(&self, context: &Context<'_>) -> Option<Error> {
        self.with_step(context, |step| step.thrown.take()).flatten()
    }

    pub(super) fn yield_future(&self, future: Rc<dyn AnyFuture>, context: &Context<'_>) -> bool {
        self.with_step(context, |step| step.yielded.push(future)).is_some()
    }

    fn with_step<R>(&self, context: &Context<'_>, change: impl FnOnce(&mut Step) -> R) -> Option<R> {
        let mut step = self.current_step();
        step.as_mut().filter(|step| step.waker == context.waker().data()).map(change)
    }

    pub(super) fn is_current_task(&self, task: *const ()) -> bool {
        self.current_step().as_ref().is_some_and(|step| step.task == task)
    }
}

/// Lets everything else that is ready run once: what `sleep(0)` does.
pub(super) struct GiveWay {
    pub(super) event_loop: EventLoop,
    pub(super) done: bool,
}

impl StdFuture for GiveWay {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(error) = self.event_loop.take_thrown(context) {
            return Poll::Ready(Err(error));
        }
        if std::mem::replace(&mut self.done, true) {
            return Poll::Ready(Ok(()));
        }
        if self.event_loop.with_step(context, |step| step.gives_way = true).is_none() {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<T> Deref for Task<T> {
    type Target = Future<T>;

    fn deref(&self) -> &Future<T> {
        &self.0
    }
}

impl<T> Clone for Task<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> From<Task<T>> for Future<T> {
    fn from(task: Task<T>) -> Self {
        task.0
    }
}

impl<T: Clone + 'static> IntoFuture for Task<T> {
    type Output = Result<T, Error>;
    type IntoFuture = super::Await<T>;

    fn into_future(self) -> super::Await<T> {
        self.0.into_future()
    }
}

impl<T: Clone + 'static> IntoFuture for &Task<T> {
    type Output = Result<T, Error>;
    type IntoFuture = super::Await<T>;

    fn into_future(self) -> super::Await<T> {
        self.0.clone().into_future()
    }
}

/// What `run_until_complete`, `gather` and the like accept: a [`Future`], a [`Task`], or a coroutine, that is any Rust future
/// whose output is `Result<T, Error>`, which then becomes a task.
pub trait EnsureFuture {
    /// What the future gives when it succeeds.
    type Output;

    /// Wraps a coroutine in a task of `event_loop`, or of the running loop; hands a future on as it is.
    fn ensure_future(self, event_loop: Option<&EventLoop>) -> Result<Future<Self::Output>, Error>;
}

impl<T: 'static, C: StdFuture<Output = Result<T, Error>> + 'static> EnsureFuture for C {
    type Output = T;

    fn ensure_future(self, event_loop: Option<&EventLoop>) -> Result<Future<T>, Error> {
        let event_loop = event_loop.cloned().map_or_else(get_running_loop, Ok)?;
        event_loop.create_task(self).map(Into::into)
    }
}

impl<T> EnsureFuture for Future<T> {
    type Output = T;

    fn ensure_future(self, _: Option<&EventLoop>) -> Result<Self, Error> {
        Ok(self)
    }
}

impl<T> EnsureFuture for Task<T> {
    type Output = T;

    fn ensure_future(self, _: Option<&EventLoop>) -> Result<Future<T>, Error> {
        Ok(self.0)
    }
}

/// Starts a coroutine as a task of the running loop. [`Error::NoRunningLoop`] outside callbacks and tasks.
pub fn create_task<T: 'static>(
    coroutine: impl StdFuture<Output = Result<T, Error>> + 'static,
) -> Result<Task<T>, Error> {
    get_running_loop()?.create_task(coroutine)
}

/// Makes a task of a coroutine and hands a future on as it is. [`Error::NoRunningLoop`] outside callbacks and tasks.
pub fn ensure_future<E: EnsureFuture>(awaitable: E) -> Result<Future<E::Output>, Error> {
    awaitable.ensure_future(None)
}
