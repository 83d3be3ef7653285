//! asyncio's event loop.

mod clock;
mod error;
mod future;
mod gather;
mod handle;
mod task;
mod threads;
mod wait;

use std::any::Any;
use std::cell::{Cell, RefCell, RefMut};
use std::collections::{BinaryHeap, VecDeque};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use slab::Slab;

pub use clock::{Clock, StdClock, TokioClock, VirtualClock};
pub use error::Error;
pub use future::{Await, DoneCallback, Future};
pub use gather::{gather, gather_return_exceptions};
pub use handle::{Handle, Outcome, TimerHandle};
pub use task::{EnsureFuture, Task, create_task, ensure_future};
pub use threads::{Executor, Job, ThreadsafeHandle};
pub use wait::{ReturnWhen, as_completed, shield, sleep, wait, wait_for};

use future::{AnyFuture, Kind};
use handle::{Status, Timer};
use task::{Step, TaskWaker};
use threads::{Letter, Mailbox};

/// Cancelled timers are thrown out of the heap when there are more than this many timers and over half are cancelled.
const MIN_SCHEDULED_TIMER_HANDLES: usize = 100;

/// The longest the loop sleeps at a stretch, so that no operating system is asked for the impossible.
const MAXIMUM_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// asyncio's event loop. Clones are the same loop.
#[derive(Clone)]
pub struct EventLoop(Rc<Inner>);

struct Inner {
    clock: Box<dyn Clock>,
    /// What runs next, first in, first out.
    ready: RefCell<VecDeque<Handle>>,
    /// What runs later: a heap, the earliest on top.
    scheduled: RefCell<BinaryHeap<Timer>>,
    timer_cancelled_count: Cell<usize>,
    timer_sequence: Cell<u64>,
    running: Cell<bool>,
    stopping: Cell<bool>,
    closed: Cell<bool>,
    debug: Cell<bool>,
    slow_callback_duration: Cell<Duration>,
    exception_handler: RefCell<Option<ExceptionHandler>>,
    /// All tasks that are not done, and the futures whose callbacks must be dropped when the loop closes.
    tasks: RefCell<Slab<Rc<dyn AnyFuture>>>,
    futures: RefCell<Slab<Weak<dyn AnyFuture>>>,
    task_count: Cell<usize>,
    current_step: RefCell<Option<Step>>,
    spare_waker: Cell<Option<Box<TaskWaker>>>,
    mailbox: Arc<Mailbox>,
    /// Futures whose results are being worked out in other threads.
    deposits: RefCell<Slab<Box<dyn Any>>>,
}

/// What the exception handler gets to know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExceptionContext {
    /// What happened, in words.
    pub message: String,
    /// The error or panic, if it was one; there is none when debug mode reports a slow callback.
    pub exception: Option<Error>,
}

type ExceptionHandler = Rc<dyn Fn(&EventLoop, &ExceptionContext)>;

thread_local! {
    static RUNNING_LOOP: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
}

/// The loop that runs the current callback or task. [`Error::NoRunningLoop`] elsewhere.
pub fn get_running_loop() -> Result<EventLoop, Error> {
    RUNNING_LOOP.with_borrow(Clone::clone).ok_or(Error::NoRunningLoop)
}

impl EventLoop {
    /// A loop on tokio's driver. Fails if the system has no more files to give.
    pub fn new() -> Result<Self, Error> {
        TokioClock::new().map(Self::with_clock)
    }

    /// A loop with a clock of your choice.
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        let mailbox = Arc::new(Mailbox::new(clock.waker()));
        Self(Rc::new(Inner {
            clock: Box::new(clock),
            ready: RefCell::default(),
            scheduled: RefCell::default(),
            timer_cancelled_count: Cell::new(0),
            timer_sequence: Cell::new(0),
            running: Cell::new(false),
            stopping: Cell::new(false),
            closed: Cell::new(false),
            debug: Cell::new(false),
            slow_callback_duration: Cell::new(Duration::from_millis(100)),
            exception_handler: RefCell::default(),
            tasks: RefCell::default(),
            futures: RefCell::default(),
            task_count: Cell::new(0),
            current_step: RefCell::default(),
            spare_waker: Cell::default(),
            mailbox,
            deposits: RefCell::default(),
        }))
    }

    /// One turn of the loop (`_run_once` in CPython's `base_events.py`).
    fn run_once(&self) -> Result<(), Error> {
        let inner = &*self.0;
        self.collect_mail();
        self.forget_cancelled_timers();

        // How long may we sleep? Not at all if there is something to do, else until the first timer.
        let next_timer = inner.scheduled.borrow().peek().map(|timer| timer.when);
        let timeout = match next_timer {
            _ if inner.stopping.get() || !inner.ready.borrow().is_empty() => Some(Duration::ZERO),
            Some(when) => Some(when.saturating_sub(self.time()).min(MAXIMUM_WAIT)),
            None if self.nobody_can_wake_us() => return Err(Error::Idle),
            None => None,
        };
        inner.clock.wait(timeout);
        self.collect_mail();

        // Timers that are due go behind what was ready before them.
        if next_timer.is_some() {
            let end_time = self.time().saturating_add(inner.clock.resolution());
            let mut scheduled = inner.scheduled.borrow_mut();
            while scheduled.peek().is_some_and(|timer| timer.when < end_time) {
                let Some(Timer { handle, .. }) = scheduled.pop() else { break };
                if handle.leave_heap() {
                    inner.ready.borrow_mut().push_back(handle);
                } else {
                    inner.timer_cancelled_count.update(|count| count - 1);
                }
            }
        }

        // Only what is ready now. What these calls add has to wait for the next turn: else two callbacks that schedule each
        // other would keep timers and I/O waiting for ever.
        let snapshot = inner.ready.borrow().len();
        for _ in 0..snapshot {
            let Some(handle) = ({ inner.ready.borrow_mut().pop_front() }) else { break };
            if !handle.cancelled() {
                handle.run(self);
            }
        }
        Ok(())
    }

    /// Runs until [`EventLoop::stop`] is called.
    pub fn run_forever(&self) -> Result<(), Error> {
        self.check_closed()?;
        let _running = Running::begin(self)?;
        let mut outcome = Ok(());
        self.0.clock.enter(&mut || {
            outcome = loop {
                let turn = self.run_once();
                if turn.is_err() || self.0.stopping.get() {
                    break turn;
                }
            }
        });
        outcome
    }

    /// Runs until the future is done.
    pub fn run_until_complete<E: EnsureFuture<Output: Clone + 'static>>(
        &self,
        awaitable: E,
    ) -> Result<E::Output, Error> {
        self.check_closed()?;
        self.check_running()?;
        let future = awaitable.ensure_future(Some(self))?;
        let event_loop = self.clone();
        let stop = future.add_done_callback(move |_| event_loop.stop());
        let outcome = self.run_forever();
        future.remove_done_callback(&stop);
        outcome?;
        if future.done() { future.result() } else { Err(Error::LoopStopped) }
    }

    /// Ends `run_forever` after the current turn.
    pub fn stop(&self) {
        self.0.stopping.set(true);
    }

    /// Closes the loop.
    pub fn close(&self) -> Result<(), Error> {
        if self.is_running() {
            return Err(Error::LoopIsRunning);
        }
        if self.0.closed.replace(true) {
            return Ok(());
        }
        self.0.mailbox.close();
        let ready = self.0.ready.take();
        ready.iter().for_each(Handle::abandon);
        let scheduled = self.0.scheduled.take();
        scheduled.iter().for_each(|timer| timer.handle.abandon());
        let tasks = self.0.tasks.take();
        tasks.iter().for_each(|(_, task)| task.abandon());
        let futures = self.0.futures.take();
        futures.iter().filter_map(|(_, future)| future.upgrade()).for_each(|future| future.abandon());
        self.0.deposits.take();
        self.0.exception_handler.take();
        Ok(())
    }

    /// Whether `run_forever` or `run_until_complete` is under way.
    pub fn is_running(&self) -> bool {
        self.0.running.get()
    }

    /// Whether the loop was closed.
    pub fn is_closed(&self) -> bool {
        self.0.closed.get()
    }

    /// The time on the loop's clock.
    pub fn time(&self) -> Duration {
        self.0.clock.time()
    }

    /// Calls `callback` in the next turn.
    pub fn call_soon<O: Outcome + 'static>(&self, callback: impl FnOnce() -> O + 'static) -> Result<Handle, Error> {
        self.check_closed()?;
        let handle = Handle::new(callback, Status::Ready);
        self.push_ready(handle.clone());
        Ok(handle)
    }

    /// Calls `callback` after `delay`.
    pub fn call_later<O: Outcome + 'static>(
        &self,
        delay: Duration,
        callback: impl FnOnce() -> O + 'static,
    ) -> Result<TimerHandle, Error> {
        self.call_at(self.time().saturating_add(delay), callback)
    }

    /// Calls `callback` at the time `when`.
    pub fn call_at<O: Outcome + 'static>(
        &self,
        when: Duration,
        callback: impl FnOnce() -> O + 'static,
    ) -> Result<TimerHandle, Error> {
        self.check_closed()?;
        let handle = Handle::new(callback, Status::Scheduled);
        let sequence = self.0.timer_sequence.get();
        self.0.timer_sequence.set(sequence + 1);
        self.0.scheduled.borrow_mut().push(Timer { when, sequence, handle: handle.clone() });
        Ok(TimerHandle { handle, when, event_loop: self.clone() })
    }

    /// A future that belongs to this loop.
    pub fn create_future<T: 'static>(&self) -> Future<T> {
        Future::new(self, Kind::Future)
    }

    /// Starts a coroutine as a task.
    pub fn create_task<T: 'static>(
        &self,
        coroutine: impl std::future::Future<Output = Result<T, Error>> + 'static,
    ) -> Result<Task<T>, Error> {
        self.check_closed()?;
        Ok(Task::new(self, None, coroutine))
    }

    /// Starts a coroutine as a task with a name.
    pub fn create_named_task<T: 'static>(
        &self,
        name: &str,
        coroutine: impl std::future::Future<Output = Result<T, Error>> + 'static,
    ) -> Result<Task<T>, Error> {
        self.check_closed()?;
        Ok(Task::new(self, Some(name), coroutine))
    }

    /// Makes a task of a coroutine and hands a future on as it is.
    pub fn ensure_future<E: EnsureFuture>(&self, awaitable: E) -> Result<Future<E::Output>, Error> {
        awaitable.ensure_future(Some(self))
    }

    /// Replaces the exception handler.
    pub fn set_exception_handler(&self, handler: impl Fn(&Self, &ExceptionContext) + 'static) {
        self.0.exception_handler.replace(Some(Rc::new(handler)));
    }

    /// Tells the exception handler.
    pub fn call_exception_handler(&self, context: &ExceptionContext) {
        let handler = self.0.exception_handler.borrow().clone();
        match handler {
            Some(handler) => handler(self, context),
            None => match &context.exception {
                Some(exception) => eprintln!("{}: {exception}", context.message),
                None => eprintln!("{}", context.message),
            },
        }
    }

    /// Debug mode.
    pub fn set_debug(&self, enabled: bool) {
        self.0.debug.set(enabled);
    }

    /// Whether debug mode is on.
    pub fn debug(&self) -> bool {
        self.0.debug.get()
    }

    /// How long a callback may take.
    pub fn set_slow_callback_duration(&self, duration: Duration) {
        self.0.slow_callback_duration.set(duration);
    }

    /// How long a callback may take.
    pub fn slow_callback_duration(&self) -> Duration {
        self.0.slow_callback_duration.get()
    }

    fn check_running(&self) -> Result<(), Error> {
        match get_running_loop() {
            Ok(running) if running == *self => Err(Error::LoopIsRunning),
            Ok(_) => Err(Error::AnotherLoopIsRunning),
            Err(_) => Ok(()),
        }
    }

    fn check_closed(&self) -> Result<(), Error> {
        if self.is_closed() { Err(Error::LoopIsClosed) } else { Ok(()) }
    }

    fn push_ready(&self, handle: Handle) {
        // What other threads left came earlier.
        self.collect_mail();
        self.0.ready.borrow_mut().push_back(handle);
    }

    fn collect_mail(&self) {
        for letter in self.0.mailbox.collect() {
            let handle = match letter {
                Letter::Call(callback) => Some(Handle::new(callback, Status::Ready)),
                Letter::Wake(key) => {
                    let task = self.0.tasks.borrow().get(key).cloned();
                    task.and_then(AnyFuture::next_step)
                }
            };
            self.0.ready.borrow_mut().extend(handle);
        }
    }

    fn nobody_can_wake_us(&self) -> bool {
        drop(self.0.spare_waker.take());
        Arc::strong_count(&self.0.mailbox) == 1
    }

    fn timer_handle_cancelled(&self) {
        self.0.timer_cancelled_count.set(self.0.timer_cancelled_count.get() + 1);
    }

    fn forget_cancelled_timers(&self) {
        let cancelled = &self.0.timer_cancelled_count;
        if cancelled.get() == 0 {
            return;
        }
        let mut scheduled = self.0.scheduled.borrow_mut();
        if scheduled.len() > MIN_SCHEDULED_TIMER_HANDLES && cancelled.get() > scheduled.len() / 2 {
            scheduled.retain(|timer| !timer.handle.cancelled());
            scheduled.shrink_to(MIN_SCHEDULED_TIMER_HANDLES);
            cancelled.set(0);
        }
        while scheduled.peek().is_some_and(|timer| timer.handle.cancelled()) {
            scheduled.pop();
            cancelled.set(cancelled.get() - 1);
        }
    }

    fn next_task_number(&self) -> usize {
        let number = self.0.task_count.get() + 1;
        self.0.task_count.set(number);
        number
    }

    fn register_task(&self, task: Rc<dyn AnyFuture>) -> usize {
        self.0.tasks.borrow_mut().insert(task)
    }

    fn unregister_task(&self, key: usize) {
        let task = self.0.tasks.borrow_mut().try_remove(key);
        drop(task);
    }

    fn register_future(&self, future: Weak<dyn AnyFuture>) -> usize {
        self.0.futures.borrow_mut().insert(future)
    }

    fn unregister_future(&self, key: usize) {
        self.0.futures.borrow_mut().try_remove(key);
    }

    fn current_step(&self) -> RefMut<'_, Option<Step>> {
        self.0.current_step.borrow_mut()
    }

    fn enter_step(&self, step: Step) {
        *self.current_step() = Some(step);
    }

    fn leave_step(&self) -> Step {
        self.current_step().take().expect("a step ends as often as it begins")
    }

    fn spare_waker(&self) -> Box<TaskWaker> {
        self.0.spare_waker.take().unwrap_or_else(|| Box::new(TaskWaker::new(&self.0.mailbox)))
    }

    fn return_waker(&self, waker: Box<TaskWaker>) {
        self.0.spare_waker.set(Some(waker));
    }

    fn mailbox(&self) -> &Arc<Mailbox> {
        &self.0.mailbox
    }

    fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    fn deposit(&self, future: Box<dyn Any>) -> usize {
        self.0.deposits.borrow_mut().insert(future)
    }

    fn withdraw(&self, place: usize) -> Box<dyn Any> {
        self.0.deposits.borrow_mut().remove(place)
    }
}

impl PartialEq for EventLoop {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// While it lives, the loop is running.
struct Running<'a>(&'a EventLoop);

impl<'a> Running<'a> {
    fn begin(event_loop: &'a EventLoop) -> Result<Self, Error> {
        event_loop.check_running()?;
        RUNNING_LOOP.set(Some(event_loop.clone()));
        event_loop.0.running.set(true);
        Ok(Self(event_loop))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.0.running.set(false);
        self.0.0.stopping.set(false);
        RUNNING_LOOP.set(None);
    }
}
