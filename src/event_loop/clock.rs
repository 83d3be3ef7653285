//! Clocks: what time it is, and how to wait. This is all that differs between one event loop and another.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};
use std::thread::{Thread, park, park_timeout};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use super::threads::Job;
use super::{Error, Result};

/// The seam between the loop and the world, in the place where asyncio has a selector and `time.monotonic`.
pub trait Clock {
    /// The time since an arbitrary start. Never goes back.
    fn time(&self) -> Duration;

    /// Timers that are due within less than this run now, so that rounding costs no extra turn.
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    /// Waits until `timeout` is over or the waker was called since the last wait; may return early. Zero means not to wait,
    /// only to let I/O happen; `None` means that only the waker can end it.
    fn wait(&self, timeout: Option<Duration>);

    /// A turn begins: now come the calls that are ready. For those who want to see the loop turn.
    fn turn(&self) {}

    /// What ends [`Clock::wait`]; called from any thread.
    fn waker(&self) -> Waker;

    /// Is shown every job before it goes to another thread, to know while it lasts; gives it back, or one that runs it.
    fn watch(&self, job: Job) -> Job {
        job
    }

    /// Runs a job on another thread; by default each gets a new one.
    fn submit(&self, job: Job) {
        std::thread::spawn(job);
    }

    /// Calls `run`, which turns the loop, in whatever surroundings callbacks and tasks shall have.
    fn enter(&self, run: &mut dyn FnMut()) {
        run();
    }
}

/// Real time on tokio's driver: tokio's timers, sockets and channels can be awaited in tasks, and `tokio::spawn` works.
///
/// With a runtime whose clock is paused the loop runs on tokio's virtual time.
pub struct TokioClock {
    runtime: Runtime,
    start: tokio::time::Instant,
    bell: Arc<Bell>,
    entered: Cell<bool>,
}

/// How to wait inside a runtime of tokio's.
#[derive(Default)]
pub(crate) struct Bell(Notify);

impl Bell {
    /// What [`Clock::wait`] promises.
    pub(crate) async fn wait(&self, timeout: Option<Duration>) {
        match timeout {
            Some(Duration::ZERO) => tokio::task::yield_now().await,
            Some(timeout) => drop(tokio::time::timeout(timeout, self.0.notified()).await),
            None => self.0.notified().await,
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

impl TokioClock {
    /// Makes a runtime of its own. Fails if the system has no more files to give.
    pub fn new() -> Result<Self> {
        Builder::new_current_thread()
            .enable_all()
            .build()
            .map(Self::with_runtime)
            .map_err(Error::exception)
    }

    /// Uses this runtime, which should be of the `current_thread` flavour and have its time driver enabled.
    pub fn with_runtime(runtime: Runtime) -> Self {
        let start = runtime.block_on(async { tokio::time::Instant::now() });
        Self { runtime, start, bell: Arc::default(), entered: Cell::new(false) }
    }
}

impl Clock for TokioClock {
    fn time(&self) -> Duration {
        // Outside the runtime, tokio's `Instant` would not know that its clock is paused.
        let _context = (!self.entered.get()).then(|| self.runtime.enter());
        self.start.elapsed()
    }

    fn wait(&self, timeout: Option<Duration>) {
        self.runtime.block_on(self.bell.wait(timeout));
    }

    fn waker(&self) -> Waker {
        self.bell.clone().into()
    }

    fn submit(&self, job: Job) {
        self.runtime.spawn_blocking(job);
    }

    fn enter(&self, run: &mut dyn FnMut()) {
        let _context = self.runtime.enter();
        self.entered.set(true);
        run();
        self.entered.set(false);
    }
}

/// Real time on the standard library alone: the loop parks its thread.
pub struct StdClock {
    start: Instant,
}

/// Wakes the thread on which it was made. The loop has looked into its mailbox just before it parks, and nobody else parks in
/// between: so a wake that came earlier, and that something else has slept through, is not lost.
fn unpark_this_thread() -> Waker {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    Arc::new(Unpark(std::thread::current())).into()
}

impl StdClock {
    /// Starts at zero now.
    #[expect(
        clippy::new_without_default,
        reason = "a clock that starts by default would be surprising"
    )]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for StdClock {
    fn time(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait(&self, timeout: Option<Duration>) {
        match timeout {
            Some(Duration::ZERO) => {}
            Some(timeout) => park_timeout(timeout),
            None => park(),
        }
    }

    fn waker(&self) -> Waker {
        unpark_this_thread()
    }
}

/// Virtual time: waiting moves the clock instead, so that hours pass in no time and every run is the same. Clones are one clock.
///
/// While jobs run in other threads (`run_in_executor`) the clock stands still, and the loop really waits for them.
#[derive(Clone, Default)]
pub struct VirtualClock {
    now: Rc<Cell<Duration>>,
    resolution: Rc<Cell<Option<Duration>>>,
    jobs: Arc<AtomicUsize>,
}

impl VirtualClock {
    /// Starts at zero, with a resolution of a nanosecond.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what [`Clock::resolution`] tells.
    pub fn set_resolution(&self, resolution: Duration) {
        self.resolution.set(Some(resolution));
    }

    /// Moves the clock on at once, as a callback does that takes so long.
    pub fn advance(&self, duration: Duration) {
        self.now.set(self.now.get().saturating_add(duration));
    }
}

impl Clock for VirtualClock {
    fn time(&self) -> Duration {
        self.now.get()
    }

    fn resolution(&self) -> Duration {
        self.resolution.get().unwrap_or(Duration::from_nanos(1))
    }

    fn wait(&self, timeout: Option<Duration>) {
        match timeout {
            Some(Duration::ZERO) => {}
            Some(timeout) if self.jobs.load(Ordering::Acquire) == 0 => self.advance(timeout),
            _ => park(),
        }
    }

    fn waker(&self) -> Waker {
        unpark_this_thread()
    }

    fn watch(&self, job: Job) -> Job {
        self.jobs.fetch_add(1, Ordering::AcqRel);
        let ended = JobEnded { jobs: self.jobs.clone(), waker: self.waker() };
        Box::new(move || {
            job();
            // Only now: the result must be in the mailbox before the clock may move on.
            drop(ended);
        })
    }
}

/// Lets the clock move on when a job is over, or is dropped by its executor.
struct JobEnded {
    jobs: Arc<AtomicUsize>,
    waker: Waker,
}

impl Drop for JobEnded {
    fn drop(&mut self) {
        self.jobs.fetch_sub(1, Ordering::AcqRel);
        self.waker.wake_by_ref();
    }
}
