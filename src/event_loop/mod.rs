//! asyncio's event loop: what happens when, and in which order, exactly as in CPython 3.11.
//!
//! An event loop is a queue of calls and something that makes them, one after the other: [`EventLoop`] has the queue, and
//! `run_once` in this file makes the calls. All the rest is a way of putting a call into the queue:
//!
//! - `handle`: a call, and the right to call it off;
//! - `timer` and `clock`: calls that are due at a time, and how to wait until then;
//! - `future`: calls that are due when a result is there;
//! - `task`: a coroutine, each step of which is a call;
//! - `gather` and `wait`: futures made of futures;
//! - `threads`: calls from other threads.
//!
//! ```
//! use async_concepts::event_loop::{EventLoop, Result, VirtualClock, gather, sleep};
//! use std::time::Duration;
//!
//! async fn factorial(number: u64) -> Result<u64> {
//!     let mut product = 1;
//!     for factor in 2..=number {
//!         sleep(Duration::from_secs(1)).await?;
//!         product *= factor;
//!     }
//!     Ok(product)
//! }
//!
//! # fn main() -> Result<()> {
//! let event_loop = EventLoop::with_clock(VirtualClock::new());
//! let products: Vec<u64> = event_loop.run_until_complete(async { gather([2, 3, 4].map(factorial))?.await })?;
//! assert_eq!(products, [2, 6, 24]);
//! assert_eq!(event_loop.time(), Duration::from_secs(3));
//! event_loop.close()
//! # }
//! ```
//!
//! What asyncio raises is an [`Error`] here. A callback returns nothing or a [`Result`], a coroutine a [`Result`].
#![doc = ""]
#![doc = "<div>"]
#![cfg_attr(doc, doc = include_str!("../../docs/timers.svg"))]
#![doc = "</div>"]

mod clock;
mod error;
mod future;
mod gather;
mod handle;
mod task;
mod threads;
mod timer;
mod wait;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future as StdFuture;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use slab::Slab;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub(crate) use clock::Bell;
pub use clock::{Clock, StdClock, TokioClock, VirtualClock};
pub use error::{Error, Result};
pub use future::{Await, DoneCallback, Future, Task};
pub use gather::{gather, gather_return_exceptions};
pub use handle::{Handle, Outcome};
pub use task::{EnsureFuture, create_task};
pub use threads::{Job, ThreadsafeHandle};
pub use timer::TimerHandle;
pub use wait::{ReturnWhen, as_completed, shield, sleep, wait, wait_for};

use future::{AnyFuture, Kind};
use task::{Step, TaskWaker};
use threads::Letter;
use timer::Timers;

/// How many calls the loop makes, when there is always one that is ready, until it looks what else has happened.
const MAXIMUM_CALLS_WITHOUT_WAIT: usize = 128;

/// asyncio's event loop. Clones are the same loop. It cannot leave its thread; a [`ThreadsafeHandle`] can.
///
/// Callbacks and tasks usually own the loop that owns them. [`EventLoop::close`] parts them; a loop that is not closed may stay
/// in memory for ever.
#[derive(Clone)]
pub struct EventLoop(Rc<Inner>);

struct Inner {
    clock: Box<dyn Clock>,
    /// What runs next: first in, first out.
    ready: RefCell<VecDeque<Handle>>,
    /// What runs later.
    timers: RefCell<Timers>,
    calls_without_wait: Cell<usize>,
    /// What others ask for, and the door through which they do.
    mail: RefCell<UnboundedReceiver<Letter>>,
    door: ThreadsafeHandle,
    /// All futures and tasks there are, to break their cycles on `close`, and to wake tasks by their key.
    futures: RefCell<Slab<Weak<dyn AnyFuture>>>,
    task_count: Cell<usize>,
    step: RefCell<Option<Step>>,
    spare_waker: Cell<Option<Arc<TaskWaker>>>,
    /// In the clock's hands.
    waiting: Cell<bool>,
    stopping: Cell<bool>,
    closed: Cell<bool>,
    debug: Cell<bool>,
    slow_callback_duration: Cell<Duration>,
    exception_handler: RefCell<Option<ExceptionHandler>>,
}

/// What the exception handler is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExceptionContext {
    /// What happened.
    pub message: String,
    /// The error or panic. None if debug mode reports a slow callback.
    pub exception: Option<Error>,
}

type ExceptionHandler = Rc<dyn Fn(&EventLoop, &ExceptionContext)>;

/// Makes a clock; see [`set_event_loop_policy`].
pub type NewClock = fn() -> Box<dyn Clock>;

thread_local! {
    static POLICY: Cell<Option<NewClock>> = const { Cell::new(None) };
    static RUNNING_LOOP: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
}

/// Decides on which clock [`EventLoop::new`] makes loops on this thread; `None`, on [`TokioClock`]. What in asyncio is the
/// business of an event loop policy: tests and tools put their own clock under a program that knows nothing of it.
pub fn set_event_loop_policy(new_clock: Option<NewClock>) {
    POLICY.set(new_clock);
}

/// The loop that runs the current callback or task. [`Error::NoRunningLoop`] elsewhere.
pub fn get_running_loop() -> Result<EventLoop> {
    RUNNING_LOOP.with_borrow(Clone::clone).ok_or(Error::NoRunningLoop)
}

impl EventLoop {
    /// One turn of the loop (`_run_once` in `base_events.py`).
    fn run_once(&self) -> Result<()> {
        let Inner { clock, ready, timers, stopping, waiting, calls_without_wait, .. } = &*self.0;
        self.collect_mail();

        // Wait: not at all if there is something to do, else for the first timer, else until somebody else calls.
        let first_timer = timers.borrow_mut().first();
        let timeout = match first_timer {
            _ if stopping.get() || !ready.borrow().is_empty() => Some(Duration::ZERO),
            Some(when) => Some(when.saturating_sub(self.time())),
            None if self.nobody_else_can_call() => return Err(Error::Idle),
            None => None,
        };
        // A look at the sockets costs as much as ten calls; tokio, too, leaves it out while there is much to do.
        if timeout != Some(Duration::ZERO) || calls_without_wait.get() >= MAXIMUM_CALLS_WITHOUT_WAIT
        {
            calls_without_wait.set(0);
            waiting.set(true);
            clock.wait(timeout);
            waiting.set(false);
            self.collect_mail();
        }

        // Timers that are due go behind what is ready, all of them, in the order of their times.
        if let Some(when) = first_timer {
            let end_time = self.time() + clock.resolution();
            if when < end_time {
                ready.borrow_mut().extend(timers.borrow_mut().take_due(end_time));
            }
        }

        // Run what is ready now, and not what that adds to the queue: it has to wait for the next turn. Otherwise two
        // callbacks that schedule each other would keep timers and sockets waiting for ever.
        // ANCHOR: turn
        let snapshot = ready.borrow().len();
        calls_without_wait.update(|calls| calls + snapshot);
        clock.turn();
        for _ in 0..snapshot {
            let handle = ready.borrow_mut().pop_front();
            // One that was cancelled has nothing left to call.
            handle.into_iter().for_each(|handle| handle.run(self));
        }
        // ANCHOR_END: turn
        Ok(())
    }

    /// A loop on tokio's driver; see [`TokioClock`]. Fails if the system has no files left.
    pub fn new() -> Result<Self> {
        match POLICY.get() {
            Some(new_clock) => Ok(Self::on(new_clock())),
            None => TokioClock::new().map(Self::with_clock),
        }
    }

    /// A loop on a clock of your choice.
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self::on(Box::new(clock))
    }

    fn on(clock: Box<dyn Clock>) -> Self {
        let (mailbox, mail) = unbounded_channel();
        Self(Rc::new(Inner {
            mail: RefCell::new(mail),
            door: ThreadsafeHandle { mailbox, filled: Arc::default(), bell: clock.waker() },
            clock,
            ready: RefCell::default(),
            timers: RefCell::default(),
            calls_without_wait: Cell::default(),
            futures: RefCell::default(),
            task_count: Cell::default(),
            step: RefCell::default(),
            waiting: Cell::default(),
            spare_waker: Cell::default(),
            stopping: Cell::default(),
            closed: Cell::default(),
            debug: Cell::default(),
            slow_callback_duration: Cell::new(Duration::from_millis(100)),
            exception_handler: RefCell::default(),
        }))
    }

    /// Runs until [`EventLoop::stop`] is called. What is still in the queue then waits for the next run.
    ///
    /// [`Error::Idle`] if nothing can happen any more; [`Error::LoopIsRunning`], [`Error::AnotherLoopIsRunning`] or
    /// [`Error::LoopIsClosed`] if it cannot start.
    pub fn run_forever(&self) -> Result<()> {
        self.check_startable()?;
        RUNNING_LOOP.set(Some(self.clone()));
        let _running = Running(self);
        let mut outcome = Ok(());
        self.0.clock.enter(&mut || {
            while outcome.is_ok() {
                outcome = self.run_once();
                if self.0.stopping.get() {
                    break;
                }
            }
        });
        outcome
    }

    /// Runs until the future is done, or the task that it makes of a coroutine, and gives the outcome.
    ///
    /// Fails as [`EventLoop::run_forever`] does, and with [`Error::LoopStopped`] if `stop` was called.
    pub fn run_until_complete<E: EnsureFuture<Output: Clone + 'static>>(
        &self,
        awaitable: E,
    ) -> Result<E::Output> {
        self.check_startable()?;
        let future = awaitable.ensure_future(Some(self))?;
        let on_done = future.add_done_callback(|future| future.get_loop().stop());
        let outcome = self.run_forever();
        future.remove_done_callback(&on_done);
        outcome?;
        if future.done() { future.result() } else { Err(Error::LoopStopped) }
    }

    /// Ends `run_forever` after the current turn; before the start, after the first.
    pub fn stop(&self) {
        self.0.stopping.set(true);
    }

    /// Closes the loop for good: nothing that is still to be called will be. Callbacks and coroutines are dropped with
    /// everything they own, in whatever circles. Pending futures stay pending. [`Error::LoopIsRunning`] while it runs.
    pub fn close(&self) -> Result<()> {
        if self.is_running() {
            return Err(Error::LoopIsRunning);
        }
        self.0.closed.set(true);
        self.0.mail.borrow_mut().close();
        while self.take_letter().is_some() {}
        // Each list is taken out first: the destructors that run now may call the loop.
        let (ready, timers, futures) =
            (self.0.ready.take(), self.0.timers.take(), self.0.futures.take());
        ready.into_iter().chain(timers.into_handles()).for_each(|handle| handle.0.abandon());
        futures
            .iter()
            .filter_map(|(_, future)| future.upgrade())
            .for_each(|future| future.abandon());
        drop(self.0.exception_handler.take());
        Ok(())
    }

    /// Whether it is in `run_forever` or `run_until_complete`.
    pub fn is_running(&self) -> bool {
        RUNNING_LOOP.with_borrow(|running| running.as_ref() == Some(self))
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.0.closed.get()
    }

    /// The time on the loop's clock, since an arbitrary start.
    pub fn time(&self) -> Duration {
        self.0.clock.time()
    }

    /// Calls `callback` in the next turn, after all that is in the queue. [`Error::LoopIsClosed`] after `close`.
    pub fn call_soon<O: Outcome + 'static>(
        &self,
        callback: impl FnOnce() -> O + 'static,
    ) -> Result<Handle> {
        self.check_closed()?;
        let handle = Handle::new(callback);
        self.push_ready(Some(handle.clone()));
        Ok(handle)
    }

    /// Calls `callback` when `delay` is over. [`Error::LoopIsClosed`] after `close`.
    pub fn call_later<O: Outcome + 'static>(
        &self,
        delay: Duration,
        callback: impl FnOnce() -> O + 'static,
    ) -> Result<TimerHandle> {
        self.call_at(self.time().saturating_add(delay), callback)
    }

    /// Calls `callback` at the time `when`, on the clock of [`EventLoop::time`]; in the next turn if that has passed.
    /// [`Error::LoopIsClosed`] after `close`.
    pub fn call_at<O: Outcome + 'static>(
        &self,
        when: Duration,
        callback: impl FnOnce() -> O + 'static,
    ) -> Result<TimerHandle> {
        self.check_closed()?;
        let handle = Handle::new(callback);
        let key = self.0.timers.borrow_mut().set(when, handle.clone());
        Ok(TimerHandle { handle, key, event_loop: self.clone() })
    }

    /// A pending future.
    pub fn create_future<T: 'static>(&self) -> Future<T> {
        Future::new(self, Kind::Future)
    }

    /// Starts a coroutine: its first step runs in the next turn. The loop owns the task until it is done; to drop the handle
    /// changes nothing. What cancelling does is told under [`Task`]. [`Error::LoopIsClosed`] after `close`.
    pub fn create_task<T: 'static>(
        &self,
        coroutine: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Result<Task<T>> {
        self.start_task(None, coroutine)
    }

    /// Like [`EventLoop::create_task`], with a name of your own.
    pub fn create_named_task<T: 'static>(
        &self,
        name: &str,
        coroutine: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Result<Task<T>> {
        self.start_task(Some(name), coroutine)
    }

    /// Makes a task of a coroutine, and hands a future on as it is. [`Error::LoopIsClosed`] after `close`.
    pub fn ensure_future<E: EnsureFuture>(&self, awaitable: E) -> Result<Future<E::Output>> {
        awaitable.ensure_future(Some(self))
    }

    /// Has `handler` called with the errors and panics of callbacks, and what debug mode reports. By default they are printed
    /// on the standard error stream. It must not panic.
    pub fn set_exception_handler(&self, handler: impl Fn(&Self, &ExceptionContext) + 'static) {
        drop(self.0.exception_handler.replace(Some(Rc::new(handler))));
    }

    /// Tells the exception handler.
    pub fn call_exception_handler(&self, context: &ExceptionContext) {
        let handler = self.0.exception_handler.borrow().clone();
        match (handler, &context.exception) {
            (Some(handler), _) => handler(self, context),
            (None, Some(exception)) => eprintln!("{}: {exception}", context.message),
            (None, None) => eprintln!("{}", context.message),
        }
    }

    /// In debug mode every call is timed, and the exception handler is told of those that are slow.
    pub fn set_debug(&self, enabled: bool) {
        self.0.debug.set(enabled);
    }

    /// Whether debug mode is on.
    pub fn debug(&self) -> bool {
        self.0.debug.get()
    }

    /// From which duration on, on the loop's clock, debug mode calls a callback slow: 100 ms unless set.
    pub fn set_slow_callback_duration(&self, duration: Duration) {
        self.0.slow_callback_duration.set(duration);
    }

    fn check_closed(&self) -> Result<()> {
        if self.is_closed() { Err(Error::LoopIsClosed) } else { Ok(()) }
    }

    fn check_startable(&self) -> Result<()> {
        self.check_closed()?;
        match get_running_loop() {
            Ok(running) if running == *self => Err(Error::LoopIsRunning),
            Ok(_) => Err(Error::AnotherLoopIsRunning),
            Err(_) => Ok(()),
        }
    }

    #[inline]
    fn push_ready(&self, handle: Option<Handle>) {
        // First what others left, because they did so before now.
        self.collect_mail();
        if let Some(handle) = handle {
            self.0.ready.borrow_mut().push_back(handle);
        }
    }

    /// Whether no thread, waker or handle is left that could leave anything in the mailbox.
    fn nobody_else_can_call(&self) -> bool {
        drop(self.0.spare_waker.take());
        let mail = self.0.mail.borrow();
        mail.sender_strong_count() == 1 && mail.is_empty()
    }
}

impl PartialEq for EventLoop {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Ends the run with its scope, even if a clock panics.
struct Running<'a>(&'a EventLoop);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.0.stopping.set(false);
        RUNNING_LOOP.set(None);
    }
}
