//! Real time on tokio's driver: sockets, timers and tasks of tokio's beside those of the loop.

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Driver;
use crate::event_loop::{Error, Job, Result};

/// Real time on tokio's driver: tokio's timers, sockets and channels can be awaited in tasks, and
/// `tokio::spawn` works. Tokio's tasks run while the loop waits. If the loop never waits, they run
/// whenever it has made 128 calls or more since they last ran.
///
/// Jobs that block run in tokio's threads, in as many at the same time as asyncio's executor has:
/// one for each processor and four more, at most 32.
///
/// With a runtime whose clock is paused the loop runs on tokio's virtual time. Pause the clock
/// before you hand the runtime over, or in a callback or task. If it is paused through another
/// handle while the loop does not run, the driver notices only in the next run.
pub struct TokioDriver {
    /// `None` only while it is being dropped.
    runtime: Option<Runtime>,
    /// What [`Driver::time`] counts from.
    start: Instant,
    /// Ends a wait.
    notifier: Arc<Notifier>,
    /// The loop runs: then the thread is in the runtime's context, where `Instant::now` is tokio's
    /// time.
    entered: Cell<bool>,
    /// What `run_in_executor` has asked for.
    jobs: Arc<Jobs>,
    /// Tokio's time differs from the system's: its clock is paused, or was paused before. Until
    /// then it is the system's time, and can be read without entering the runtime: this saves
    /// entering it for each timer that is set while the loop does not run.
    differs_from_system: Cell<bool>,
}

/// How to wait inside a runtime of tokio's, and the waker that ends such a wait.
#[derive(Default)]
pub(crate) struct Notifier(Notify);

impl Notifier {
    /// What [`Driver::wait`] promises.
    pub(crate) async fn wait(&self, timeout: Option<Duration>) {
        match timeout {
            Some(Duration::ZERO) => tokio::task::yield_now().await,
            Some(timeout) => drop(tokio::time::timeout(timeout, self.0.notified()).await),
            None => self.0.notified().await,
        }
    }
}

impl Wake for Notifier {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// Jobs, and how many of tokio's threads do them.
///
/// `spawn_blocking` for each job would do, but each job would wake a thread or, while no thread is
/// idle, start a new one (tokio makes at most 512). Here, as in asyncio's `ThreadPoolExecutor`,
/// there are at most as many threads as processors and four more, and never more than 32. Each does
/// jobs until there are none. So a job that comes while all of them are at work wakes and starts no
/// thread.
#[derive(Default)]
struct Jobs(Mutex<JobQueue>);

/// The jobs and the number of threads are under one lock, so that a thread ends only when no job is
/// waiting.
#[derive(Default)]
struct JobQueue {
    /// What no thread has begun, oldest first.
    waiting: VecDeque<Job>,
    /// How many threads are at work.
    threads: usize,
}

impl Jobs {
    /// Adds a job. Says whether the caller has to start another thread, which is counted here
    /// already.
    fn add(&self, job: Job) -> bool {
        let mut queue = self.lock();
        queue.waiting.push_back(job);
        if queue.threads == most_threads() {
            return false;
        }
        queue.threads += 1;
        true
    }

    /// Does jobs until there are none.
    fn work(&self) {
        while let Some(job) = self.next() {
            // A job catches its own panics, so this thread goes on to the next.
            job();
        }
    }

    /// The next job for a thread. If there is none, the thread is no longer counted. Both happen
    /// under one lock: a job that is added later finds the smaller count and gets a thread.
    fn next(&self) -> Option<Job> {
        let mut queue = self.lock();
        let job = queue.waiting.pop_front();
        if job.is_none() {
            queue.threads -= 1;
        }
        job
    }

    /// Drops the jobs that no thread has begun.
    fn abandon(&self) {
        // Dropped after the lock is released: a job may own anything, and its destructor may run
        // code that adds a job.
        let waiting = std::mem::take(&mut self.lock().waiting);
        drop(waiting);
    }

    fn lock(&self) -> MutexGuard<'_, JobQueue> {
        // Nothing panics while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many threads do jobs at the same time.
fn most_threads() -> usize {
    static MOST: LazyLock<usize> = LazyLock::new(|| {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        32.min(processors + 4)
    });
    *MOST
}

impl TokioDriver {
    /// Makes a runtime of its own. [`Error::Exception`] if the system has no file descriptors left.
    pub fn new() -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => Ok(Self::with_runtime(runtime)),
            Err(error) => Err(Error::exception(error)),
        }
    }

    /// Uses this runtime, which should be of the `current_thread` flavour and have its time driver
    /// enabled. In another flavour tokio's tasks run on threads where no loop runs, and without the
    /// time driver the loop panics when it waits for a timer.
    pub fn with_runtime(runtime: Runtime) -> Self {
        let context = runtime.enter();
        let start = Instant::now();
        let differs_from_system = differs_from_system();
        drop(context);
        Self {
            runtime: Some(runtime),
            start,
            notifier: Arc::default(),
            entered: Cell::new(false),
            jobs: Arc::default(),
            differs_from_system: Cell::new(differs_from_system),
        }
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is there until the driver is dropped")
    }
}

/// Whether tokio's time differs from the system's. Call it in the context of the runtime whose
/// clock is meant. It stays true after a paused clock is resumed, since the clock goes on from the
/// time at which it was paused.
fn differs_from_system() -> bool {
    let before = std::time::Instant::now();
    let now = Instant::now().into_std();
    let after = std::time::Instant::now();
    !(before <= now && now <= after)
}

impl Driver for TokioDriver {
    fn time(&self) -> Duration {
        if self.entered.get() {
            self.start.elapsed()
        } else if self.differs_from_system.get() {
            let _context = self.runtime().enter();
            self.start.elapsed()
        } else {
            self.start.into_std().elapsed()
        }
    }

    fn wait(&self, timeout: Option<Duration>, _jobs: usize) {
        self.runtime().block_on(self.notifier.wait(timeout));
    }

    fn waker(&self) -> Waker {
        self.notifier.clone().into()
    }

    fn has_tasks(&self) -> bool {
        self.runtime().metrics().num_alive_tasks() > 0
    }

    fn submit(&self, job: Job) {
        if self.jobs.add(job) {
            let jobs = self.jobs.clone();
            self.runtime().spawn_blocking(move || jobs.work());
        }
    }

    fn enter(&self, run: &mut dyn FnMut()) -> Result<()> {
        // Without a context no runtime runs on this thread. With a context one may run or not: a
        // thread of `spawn_blocking` has a context, and no runtime runs on it, so a loop may run
        // there. Only a panic of tokio's tells the difference, so `probe` provokes it. The message
        // of that panic is printed: only a panic hook could prevent it, and this library puts one
        // in place only where a run is recorded.
        let in_a_context = Handle::try_current().is_ok();
        let probe = || self.runtime().block_on(async {});
        if in_a_context && catch_unwind(AssertUnwindSafe(probe)).is_err() {
            return Err(Error::InsideAnotherRuntime);
        }
        let _context = self.runtime().enter();
        let _entered = Entered::begin(self);
        run();
        Ok(())
    }
}

/// A run of the loop in the runtime's context. It ends with the scope of this value, even if an
/// instrument panics: otherwise [`Driver::time`] would later read tokio's time outside of the
/// runtime, where it is the system's.
struct Entered<'a>(&'a TokioDriver);

impl<'a> Entered<'a> {
    fn begin(driver: &'a TokioDriver) -> Self {
        driver.entered.set(true);
        Self(driver)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.entered.set(false);
        // Still in the context of the runtime, so this is its clock.
        self.0.differs_from_system.set(differs_from_system());
    }
}

impl Drop for TokioDriver {
    fn drop(&mut self) {
        // A runtime that is simply dropped waits for its jobs to end, and panics inside another
        // runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        // Jobs that no thread has begun will not be done.
        self.jobs.abandon();
    }
}
