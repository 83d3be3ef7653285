//! asyncio's event loop: what happens when, and in which order, as in CPython 3.11.
//!
//! An event loop is a queue of calls and something that makes them, one after the other.
//! [`EventLoop`] has the queue, and `run_once` in this file makes the calls. Four principles hold
//! it together:
//!
//! 1. **Nothing is called from inside another call.** `set_result`, `cancel` and `call_soon` run
//!    no callback and no step of a task: they put something into the queue. Forbidden: a callback
//!    that runs while the code that caused it is still on the stack, and finds half-changed state
//!    there.
//! 2. **Everything that happens goes through `ready`.** Timers, results, wakes and remote calls all
//!    end in one queue, first in, first out. Forbidden: a second queue from which calls are made,
//!    or a priority. The order of events is the order of this queue, and can be read off it.
//! 3. **One snapshot an iteration.** An iteration makes the calls that were ready when it began.
//!    Forbidden: making a call in the iteration in which another call added it, since two callbacks
//!    that schedule each other would keep timers and sockets waiting for ever.
//! 4. **Other threads only post.** The loop, its futures and its tasks belong to one thread and
//!    need no locks. Forbidden: touching any of them from another thread, which has a
//!    [`ThreadsafeHandle`] instead and leaves a message with it.
//!
//! # In which order to read it
//!
//! First the core. These six files are enough to know what an event loop is: `handle`, a call and
//! the right to cancel it; this file; `timer`, calls that are due at a time; `future`, calls that
//! are due when a result is there; `current`, where a task and its awaits meet; `task`, a
//! coroutine, each step of which is a call.
//!
//! Beside the core: `any_future`, a future whatever its result is; `combinators/`, futures made of
//! futures; `entry`, calls from other threads, and `remote`, work for them; `driver/`, what time it
//! is and how to wait until something happens; `running`, which loop runs on a thread; `cancel`,
//! how a request to cancel travels from future to future; `timer/`, how timers are kept; `future/`,
//! the list of callbacks, how an await is woken, how a future is cancelled, and its clones;
//! `registry`, which futures there are; `name`, what tasks are called;
//! `instrument` and `debug`, to watch a loop; `foreign`, what can go wrong when code and values of
//! the program are run and dropped; `error`.
//!
//! Apart from this file, which most of them name, a file names only files that do not name it,
//! directly or through others. A file and its folder count as one, and what a loop owns, such as
//! its registry, is reached through this file. The one exception is `future` and `task`: a task is
//! a future, and what it adds stands inside the future, so that both are one allocation. They are
//! two sides of one thing, and meet at `Kind`.
//!
//! ```
//! use async_concepts::event_loop::{EventLoop, Result, VirtualDriver, gather, sleep};
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
//! let event_loop = EventLoop::with_driver(VirtualDriver::new());
//! let products: Vec<u64> =
//!     event_loop.run_until_complete(async { gather([2, 3, 4].map(factorial))?.await })?;
//! assert_eq!(products, [2, 6, 24]);
//! assert_eq!(event_loop.time(), Duration::from_secs(3));
//! event_loop.close()
//! # }
//! ```
//!
//! What asyncio raises is an [`Error`] here. A callback returns nothing or a [`Result`]; a
//! coroutine returns a [`Result`].
//!
//! # What is as in CPython 3.11, and what is not
//!
//! `tests/asyncio_parity` runs programs of calls, timers, futures, tasks, `gather`, `shield`,
//! `wait`, `wait_for`, `as_completed`, `timeout` and task groups here and in CPython, and compares
//! every event and its time; `.ci/run` generates 2,000 more such programs, always from the same
//! seed. `tests/event_loop/edges.py` has what such programs cannot express. What differs:
//!
//! - timers of equal time. asyncio: undefined. Here: in the order of registration.
//! - `wait`, `as_completed`, `TaskGroup`. asyncio: in the order of a set of addresses. Here: in the
//!   order of the arguments, and in a group in the order of creation: runs repeat.
//! - nothing can happen any more. asyncio: sleeps for ever. Here: [`Error::Idle`]: Rust counts the
//!   owners of a waker.
//! - sockets. asyncio: looked at in every iteration. Here: after 128 calls or more, if calls are
//!   always ready: see [`EventLoop`].
//! - cancelling at an await of foreign futures. asyncio: there are none. Here: the coroutine is
//!   dropped: see [`Task`].
//! - `CancelledError(msg)`. asyncio: the message is in the exception. Here:
//!   [`Future::cancel_message`] has it: an error without a field is matched more easily.
//! - a deep chain of cancels, or of groups in groups. asyncio: `RecursionError`. Here: works.
//! - `as_completed`. asyncio until 3.12: a generator, which starts nothing before its first
//!   `next`. Here: starts at the call, as in 3.13.
//! - after `close`, futures and tasks that are pending. asyncio: `set_result` and `cancel` raise
//!   an error if something is to be called, and "Task was destroyed but it is pending!" is
//!   reported. Here: [`EventLoop::close`] has dropped what was to be called, and says nothing.
//! - jobs that no thread has begun when the loop is closed. asyncio: are still done. Here: are
//!   dropped with the loop.
//! - a pending task that nothing refers to. asyncio: may vanish. Here: the loop owns it.
//! - numbers in names of tasks. asyncio: counted through all threads. Here: counted for each
//!   thread: runs repeat.
//!
//! # What of asyncio is not here
//!
//! Each line names what asyncio has, with the version of Python if that is later than 3.11. After
//! the colon comes what to use here, or why it is missing.
//!
//! - `Runner`, `asyncio.run`: [`EventLoop::run_until_complete`] and `close`; signals would need a
//!   handler of their own.
//! - `contextvars`, `context=`: Rust has no context that follows a task; pass what a task needs, or
//!   `tokio::task_local!`.
//! - `add_reader`, `add_writer`, `sock_*`: tokio's sockets, awaited in a task, on [`TokioDriver`].
//! - `add_signal_handler`: `tokio::signal` in a task.
//! - transports, protocols, streams, subprocesses: tokio's, in tasks; and
//!   [`protocol`](crate::protocol).
//! - `Lock`, `Event`, `Condition`, `Semaphore`, `Barrier`, `Queue`: tokio's `sync`: they need no
//!   loop.
//! - `set_default_executor`, `shutdown_default_executor`, `to_thread`, `wrap_future`:
//!   [`Driver::submit`], or the executor given to each call of [`EventLoop::run_in_executor`].
//! - `get_exception_handler`, `default_exception_handler`: keep your handler yourself, and let it
//!   print what it is told.
//! - `getaddrinfo`, `getnameinfo`, `sendfile`, `start_tls`: tokio's `lookup_host` and streams.
//! - `Task.set_name`, `get_coro`, `get_stack`: a name is given when a task is made; a Rust future
//!   cannot be looked into.
//! - `set_task_factory`: an [`Instrument`] sees each task.
//! - `slow_callback_duration` as an attribute: [`EventLoop::set_slow_callback_duration`].
//! - `shutdown_asyncgens`: not needed: when a stream is dropped, its destructors run at once.
//! - 3.12: eager tasks (`eager_task_factory`): the first step would be a call from inside another
//!   call, which the first principle forbids.
//! - 3.12: a `wait_for` that loses no cancel, because it is made of `timeout`: use [`timeout`];
//!   [`wait_for`] is 3.11's.
//! - 3.12: generators as arguments of `wait` and `gather`: both take any iterator.
//! - 3.13: `Queue.shutdown`: close a channel of tokio's.
//! - 3.13: `as_completed` as an async iterator: a `FuturesUnordered`; [`as_completed`] is 3.11's,
//!   an iterator of coroutines.
//! - 3.13: a task group that tells its own cancel from an outer one of the same iteration, and an
//!   `uncancel` that takes back a request not yet delivered: [`task_group`] and `uncancel` are
//!   3.11's.
//! - 3.14: no policies, and a `get_event_loop` that makes no loop: here a loop is only made by
//!   [`EventLoop::new`] and [`EventLoop::with_driver`].
//! - 3.14: `capture_call_graph`: the timeline, which an [`Instrument`] feeds.
#![doc = ""]
#![doc = "<div>"]
#![cfg_attr(doc, doc = include_str!("../../docs/timers.svg"))]
#![doc = "</div>"]

// The core, in the order in which to read it; the blank lines keep rustfmt from sorting it.
mod handle;
// Here comes this file.

mod timer;

mod future;

mod current;
mod task;

mod any_future;
mod cancel;
mod combinators;
mod debug;
mod driver;
mod entry;
mod error;
mod foreign;
mod instrument;
mod name;
mod registry;
mod remote;
mod running;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future as StdFuture;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

pub use combinators::*;
pub use debug::ExceptionContext;
pub use driver::{Driver, StdDriver, TokioDriver, VirtualDriver};
pub(crate) use driver::{Notifier, set_event_loop_policy};
pub use entry::{RemoteHandle, ThreadsafeHandle};
pub use error::{Error, ExceptionGroup, IntoResult, Result};
pub use future::{Await, DoneCallback, Future, Task};
pub use handle::{CallKind, Handle};
pub use instrument::{AskedBy, CallId, CallRef, FutureRef, Instrument, ReadyBy};
pub use remote::{Job, RemoteTask};
pub use running::get_running_loop;
pub use timer::TimerHandle;

use current::CurrentTask;
use debug::Observers;
use entry::{RemoteCalls, SpareWaker};
use future::Kind;
use instrument::Caller;
use registry::Registry;
use running::Running;
use timer::{FOREVER, Timers, nanoseconds};

/// How many calls the loop makes, while some are always ready, before it looks at what else has
/// happened. asyncio looks at its sockets in every iteration; we look after a number of calls, as
/// tokio does after a number of polls. A look costs as much as ten calls, so this saves nine tenths
/// of an iteration that makes one call.
const CALLS_WITHOUT_A_LOOK: usize = 128;

/// asyncio's event loop. Clones are the same loop. A loop cannot leave its thread; a
/// [`ThreadsafeHandle`] of the loop can.
///
/// Callbacks and tasks usually own the loop that owns them. [`EventLoop::close`] breaks these
/// cycles; a loop that is not closed may stay in memory for ever.
///
/// asyncio looks at its sockets in every iteration. This loop, while calls are always ready, looks
/// at sockets and at tokio's tasks only in the first iteration that begins after 128 calls or more
/// without a look.
#[derive(Clone)]
pub struct EventLoop(Rc<Inner>);

/// What the clones share. Each part has its methods and keeps its cells to itself; only the queue
/// and the flags of the loop's own life are here.
struct Inner {
    /// What time it is, and how to wait: all that differs between one loop and another.
    driver: Box<dyn Driver>,
    /// What is called next: first in, first out. Borrowed only to add or to take a call, never
    /// while one is made, because the call adds others.
    ready: RefCell<VecDeque<Handle>>,
    /// The calls whose time has not come yet.
    timers: Timers,
    /// What other threads ask for: the only part that they reach.
    remote: RemoteCalls,
    /// All futures and tasks there are: `close` breaks their cycles, and a waker finds its task.
    registry: Registry,
    /// The task whose step is being run.
    current: CurrentTask,
    /// The waker that most tasks share, which saves an allocation for each.
    spare_waker: SpareWaker,
    /// The exception handler, debug mode and instruments.
    observers: Observers,
    /// How many calls were made since the loop last looked at what else has happened. Whole
    /// iterations are counted: a snapshot is never cut short for a look.
    calls_without_a_look: Cell<usize>,
    /// The driver waits. Tokio's tasks run on this thread meanwhile, and may schedule a call or a
    /// timer: that must end the wait, or the call would come late.
    waiting: Cell<bool>,
    /// `stop` was called in this run.
    stopping: Cell<bool>,
    /// `close` was called. Nothing opens the loop again.
    closed: Cell<bool>,
}

impl EventLoop {
    /// One iteration of the loop (`_run_once` in `base_events.py`): wait, collect what is due, call
    /// what is ready. All orders of asyncio follow from the order of these three, and from the
    /// snapshot.
    fn run_once(&self) -> Result<()> {
        // First of all, so that the loop does not sleep although another thread has left a call.
        self.drain_remote_calls();
        // How long to wait: not at all if there is something to do, else for the first timer, else
        // until something else happens.
        let mut first_timer = self.0.timers.first();
        let timeout = if self.0.stopping.get() || !self.0.ready.borrow().is_empty() {
            Some(Duration::ZERO)
        } else if let Some(when) = first_timer {
            Some(Duration::from_nanos(when.saturating_sub(nanoseconds(self.time()))))
        } else if self.is_idle() {
            // asyncio would wait for ever. Here the owners of wakers are counted, so the loop knows
            // that nothing will ever wake it: a program that has forgotten to call `stop` gets an
            // error and does not hang.
            return Err(self.0.observers.found_idle());
        } else {
            None
        };
        // A wait of zero is only a look at what else has happened, and costs more than a call. So
        // it is left out until enough calls were made without a look.
        let waits = timeout != Some(Duration::ZERO);
        if waits || self.0.calls_without_a_look.get() >= CALLS_WITHOUT_A_LOOK {
            self.wait(timeout);
            // A task of tokio's that ran during the wait may have set an earlier timer.
            first_timer = self.0.timers.first();
        }

        // Timers that are due go behind what is ready, all of them, in the order of their times.
        // (At the end of time all timers are due: see `take_due`.)
        if let Some(when) = first_timer {
            // The clock is read anew, as in asyncio: the wait may have ended early, or a callback
            // of the last iteration may have taken long.
            let end = nanoseconds(self.time().saturating_add(self.0.driver.resolution()));
            if when < end || end == FOREVER {
                for handle in self.0.timers.take_due(end) {
                    self.enqueue(handle, None, ReadyBy::Timer);
                }
            }
        }

        // Call what is ready now, and not what that adds to the queue: see the third principle.
        let snapshot = self.0.ready.borrow().len();
        let calls = self.0.calls_without_a_look.get() + snapshot;
        self.0.calls_without_a_look.set(calls);
        self.0.observers.iteration_begins(snapshot);
        // ANCHOR: turn
        for _ in 0..snapshot {
            // The queue is free again before the call, which will put more into it.
            let handle = self.0.ready.borrow_mut().pop_front();
            if let Some(handle) = handle {
                // One flag for debug mode and all instruments together: most programs have neither,
                // and for them this is all that watching costs here.
                if self.0.observers.is_watched() {
                    self.run_watched(handle);
                } else {
                    // Nothing happens if it was cancelled: its closure is gone.
                    handle.run(self);
                }
            }
        }
        // ANCHOR_END: turn
        Ok(())
    }

    /// Gives the thread to the driver, which looks at sockets, runs tokio's tasks, or just sleeps.
    fn wait(&self, timeout: Option<Duration>) {
        self.0.calls_without_a_look.set(0);
        self.0.observers.before_wait(timeout);
        self.0.waiting.set(true);
        self.0.driver.wait(timeout, self.0.remote.jobs());
        self.0.waiting.set(false);
        self.0.remote.wait_is_over();
        self.0.observers.after_wait();
        // A remote call that ended the wait is made in this iteration, before the timers that are
        // due.
        self.drain_remote_calls();
    }

    /// Whether nothing is left that could ever put something into the queue again.
    fn is_idle(&self) -> bool {
        // The spare waker counts as a handle of the loop, but nothing outside can call it. So it is
        // dropped before the handles are counted.
        self.0.spare_waker.drop_it();
        self.0.remote.is_unreachable() && !self.0.driver.has_tasks()
    }

    /// A loop on tokio's driver; see [`TokioDriver`]. [`Error::Exception`] if the system has no
    /// file descriptors left.
    pub fn new() -> Result<Self> {
        driver::new_event_loop()
    }

    /// A loop on a driver of your choice.
    pub fn with_driver(driver: impl Driver + 'static) -> Self {
        Self(Rc::new(Inner {
            remote: RemoteCalls::new(driver.waker()),
            driver: Box::new(driver),
            ready: RefCell::default(),
            timers: Timers::default(),
            registry: Registry::default(),
            current: CurrentTask::default(),
            spare_waker: SpareWaker::default(),
            observers: Observers::default(),
            calls_without_a_look: Cell::default(),
            waiting: Cell::default(),
            stopping: Cell::default(),
            closed: Cell::default(),
        }))
    }

    /// Runs until [`EventLoop::stop`] is called. What is still in the queue then waits for the next
    /// run.
    ///
    /// [`Error::Idle`] if nothing can happen any more, as far as the loop can know: no call is
    /// ready or timed, no waker, job or [`ThreadsafeHandle`] is left, and no task of tokio's is
    /// alive that was spawned on its driver. (A `LocalSet` keeps the waker of the task that drives
    /// it, so a loop with one is never found idle. Nor does the loop hear when a task of tokio's
    /// ends without calling into the loop: then the loop waits on, as asyncio's would.)
    /// [`Error::LoopIsRunning`], [`Error::AnotherLoopIsRunning`], [`Error::InsideAnotherRuntime`]
    /// or [`Error::LoopIsClosed`] if it cannot start.
    pub fn run_forever(&self) -> Result<()> {
        self.check_startable()?;
        // The loop counts as running until this function ends, even if it ends by a panic.
        let _running = Running::begin(self);
        let mut outcome = Ok(());
        self.0.driver.enter(&mut || {
            while outcome.is_ok() {
                outcome = self.run_once();
                if self.0.stopping.get() {
                    break;
                }
            }
        })?;
        outcome
    }

    /// Clears the flags of a run that ends.
    fn end_run(&self) {
        // A `stop` ends one run: the current one, or if the loop does not run, the next. So the
        // flag is cleared after a run, and not before it.
        self.0.stopping.set(false);
        // A driver that panicked in its wait has left this flag set.
        self.0.waiting.set(false);
    }

    /// Ends `run_forever` after the current iteration. If the loop does not run, the next run ends
    /// after its first iteration.
    pub fn stop(&self) {
        self.0.observers.stop_called();
        self.0.stopping.set(true);
        self.wake();
    }

    /// Closes the loop for good: calls that have not been made are never made. Callbacks and
    /// coroutines are dropped with everything they own, even where they own each other. Pending
    /// futures stay pending. [`Error::LoopIsRunning`] while it runs.
    pub fn close(&self) -> Result<()> {
        if self.is_running() {
            return Err(Error::LoopIsRunning);
        }
        // The flag first, so that the destructors that run below cannot schedule anything.
        self.0.closed.set(true);
        self.0.remote.close();
        // Each list is taken out of its cell before it is emptied: the destructors that run now may
        // call the loop, which borrows these cells.
        for handle in self.0.ready.take() {
            handle.0.abandon();
        }
        for handle in self.0.timers.take_all() {
            handle.0.abandon();
        }
        // All futures, not only tasks: a future may be owned by its own callback alone, a cycle
        // that nothing else breaks.
        for future in self.0.registry.all() {
            future.abandon();
        }
        self.0.observers.close();
        Ok(())
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.0.closed.get()
    }

    /// The time on the loop's clock, since an arbitrary start.
    pub fn time(&self) -> Duration {
        self.0.driver.time()
    }

    /// Calls `callback` in the next iteration, after all that is in the queue.
    /// [`Error::LoopIsClosed`] after `close`.
    #[track_caller]
    pub fn call_soon<O: IntoResult + 'static>(
        &self,
        callback: impl FnOnce() -> O + 'static,
    ) -> Result<Handle> {
        self.check_closed()?;
        let handle = Handle::new(callback);
        self.push_ready(handle.clone(), Some(Location::caller()));
        Ok(handle)
    }

    /// Calls `callback` when `delay` is over. [`Error::LoopIsClosed`] after `close`.
    #[track_caller]
    pub fn call_later<O: IntoResult + 'static>(
        &self,
        delay: Duration,
        callback: impl FnOnce() -> O + 'static,
    ) -> Result<TimerHandle> {
        // The timer gets a time and not a duration: as in asyncio the delay counts from this call,
        // and not from the moment when the loop comes to look at its timers.
        let when = nanoseconds(self.time()).saturating_add(nanoseconds(delay));
        self.check_closed()?;
        Ok(TimerHandle::set(self, when, Handle::new(callback), Some(Location::caller())))
    }

    /// Calls `callback` at the time `when`, on the clock of [`EventLoop::time`]; in the next
    /// iteration if that time has passed. The loop's times end after 584 years; a later one counts
    /// as that end. [`Error::LoopIsClosed`] after `close`.
    #[track_caller]
    pub fn call_at<O: IntoResult + 'static>(
        &self,
        when: Duration,
        callback: impl FnOnce() -> O + 'static,
    ) -> Result<TimerHandle> {
        self.check_closed()?;
        let when = nanoseconds(when);
        Ok(TimerHandle::set(self, when, Handle::new(callback), Some(Location::caller())))
    }

    /// A pending future.
    pub fn create_future<T: 'static>(&self) -> Future<T> {
        Future::new(self, Kind::Future)
    }

    /// Starts a coroutine: its first step runs in the next iteration. The loop owns the task until
    /// it is done; dropping what this returns changes nothing. [`Task`] says what cancelling does.
    /// [`Error::LoopIsClosed`] after `close`.
    #[track_caller]
    pub fn create_task<T: 'static>(
        &self,
        coroutine: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Result<Task<T>> {
        self.start_task(None, coroutine)
    }

    /// A closed loop refuses calls and tasks: it would never make them.
    fn check_closed(&self) -> Result<()> {
        if self.is_closed() { Err(Error::LoopIsClosed) } else { Ok(()) }
    }

    /// Puts a call at the end of the queue. What other threads have left is put before it, because
    /// they left it earlier. `caller` is the line of the program that asked for it, where that is
    /// known.
    #[inline]
    fn push_ready(&self, handle: Handle, caller: Caller) {
        self.drain_remote_calls();
        self.enqueue(handle, caller, ReadyBy::ThisThread);
    }

    /// The only place where anything gets into the queue: the second principle.
    #[inline]
    fn enqueue(&self, handle: Handle, caller: Caller, by: ReadyBy) {
        self.0.observers.call_ready(&handle, caller, by);
        self.0.ready.borrow_mut().push_back(handle);
        self.wake();
    }

    /// Ends the driver's wait, if it waits.
    #[inline]
    fn wake(&self) {
        if self.0.waiting.get() {
            self.0.remote.wake_loop();
        }
    }
}
