//! Work that crosses threads. Another thread asks the loop to run a coroutine; or the loop has
//! another thread run a function that blocks. Both use the entry queue: see `entry`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::cancel::cancel;
use super::entry::{FinishJob, JobResult, RemoteCall, ThreadsafeHandle, lock};
use super::foreign::catch_panic;
use super::{EnsureFuture, Error, EventLoop, Future, Result, get_running_loop};

impl ThreadsafeHandle {
    /// Runs a coroutine as a task of the loop, and gives what another thread needs to wait for it
    /// or to cancel it (`asyncio.run_coroutine_threadsafe`).
    ///
    /// Many coroutines cannot be sent to another thread; so this takes a function, which makes the
    /// coroutine on the loop's thread. [`Error::LoopIsClosed`] after `close`.
    #[track_caller]
    pub fn run_coroutine_threadsafe<E>(
        &self,
        make: impl FnOnce() -> E + Send + 'static,
    ) -> Result<RemoteTask<E::Output>>
    where
        E: EnsureFuture<Output: Clone + Send + 'static>,
    {
        let shared = Arc::new(Shared::default());
        let unfinished = Unfinished(shared.clone());
        self.call_soon_threadsafe(move || start_remote_task(unfinished, make))?;
        Ok(RemoteTask { shared, remote: self.clone() })
    }
}

/// A task of a loop on another thread: what [`ThreadsafeHandle::run_coroutine_threadsafe`] returns
/// (in Python a `concurrent.futures.Future`). Dropping it changes nothing: the task runs on.
pub struct RemoteTask<T> {
    /// Where the outcome will be.
    shared: Arc<Shared<T>>,
    /// To ask the loop to cancel the task.
    remote: ThreadsafeHandle,
}

/// What a task of the loop and the thread that asked for it have in common.
struct Shared<T> {
    /// Set once: by the task, by what could not start the task, by `cancel`, or by the end of the
    /// loop.
    outcome: Mutex<Option<Result<T>>>,
    /// Tells [`RemoteTask::result`] that there is an outcome.
    is_done: Condvar,
    /// The key of the task, from its start to its end: later the registry may give the same key to
    /// another future. See [`start_remote_task`].
    key: Mutex<Option<usize>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { outcome: Mutex::default(), is_done: Condvar::new(), key: Mutex::default() }
    }
}

impl<T> Shared<T> {
    /// Sets the outcome, unless there is one: the first one counts. Says whether `new` was the
    /// first.
    fn set(&self, new: Result<T>) -> bool {
        let mut outcome = lock(&self.outcome);
        if outcome.is_some() {
            return false;
        }
        *outcome = Some(new);
        self.is_done.notify_all();
        true
    }
}

impl<T: Clone> RemoteTask<T> {
    /// Blocks this thread until there is an outcome, and gives a clone of it; [`Error::Timeout`] if
    /// that takes longer than `timeout`, and [`Error::LoopIsClosed`] if the loop was closed before.
    ///
    /// Never call it on the loop's own thread: the task could not run meanwhile.
    pub fn result(&self, timeout: impl Into<Option<Duration>>) -> Result<T> {
        let end = timeout.into().and_then(|timeout| Instant::now().checked_add(timeout));
        let mut outcome = lock(&self.shared.outcome);
        loop {
            if let Some(outcome) = &*outcome {
                return outcome.clone();
            }
            let Some(end) = end else {
                let waited = self.shared.is_done.wait(outcome);
                outcome = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Timeout);
            }
            let waited = self.shared.is_done.wait_timeout(outcome, left);
            outcome = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether there is an outcome.
    pub fn done(&self) -> bool {
        lock(&self.shared.outcome).is_some()
    }
}

impl<T: 'static + Send> RemoteTask<T> {
    /// Sets [`Error::Cancelled`] as the outcome, so that [`RemoteTask::result`] returns at once,
    /// and asks the loop to cancel the task. Returns `false` if there is an outcome already.
    pub fn cancel(&self) -> bool {
        if !self.shared.set(Err(Error::Cancelled)) {
            return false;
        }
        let shared = self.shared.clone();
        // A closed loop has no task to cancel.
        let _ = self.remote.call_soon_threadsafe(move || {
            let key = *lock(&shared.key);
            if let (Some(key), Ok(running)) = (key, get_running_loop())
                && let Some(task) = running.0.registry.get(key)
            {
                cancel(&task, None);
            }
        });
        true
    }
}

/// When dropped, it sets [`Error::LoopIsClosed`] unless there is an outcome. So a thread that waits
/// gets an answer, even if the loop is closed before there is a task.
struct Unfinished<T>(Arc<Shared<T>>);

impl<T> Drop for Unfinished<T> {
    fn drop(&mut self) {
        self.0.set(Err(Error::LoopIsClosed));
    }
}

/// On the loop's thread: starts the coroutine that another thread has asked for.
///
/// If `make` panics, the other thread gets the error, and so does the loop's exception handler, as
/// in asyncio.
fn start_remote_task<E: EnsureFuture<Output: Clone + Send + 'static>>(
    unfinished: Unfinished<E::Output>,
    make: impl FnOnce() -> E,
) -> Result<()> {
    if lock(&unfinished.0.outcome).is_some() {
        return Ok(()); // it was cancelled before it began
    }
    let coroutine = match catch_panic(make) {
        Ok(coroutine) => coroutine,
        Err(panic) => {
            unfinished.0.set(Err(panic.clone()));
            return Err(panic);
        }
    };
    let started = get_running_loop().and_then(|running| running.ensure_future(coroutine));
    match started {
        Err(error) => _ = unfinished.0.set(Err(error)),
        Ok(task) => {
            // When the task is dropped, the registry may give its key to another future. The task
            // is not dropped before the callback below has run, since the ready queue owns it until
            // then; and the callback forgets the key.
            *lock(&unfinished.0.key) = Some(task.0.key);
            task.add_done_callback(move |task| {
                *lock(&unfinished.0.key) = None;
                unfinished.0.set(task.result());
            });
        }
    }
    Ok(())
}

impl EventLoop {
    /// Runs a blocking function on another thread: with `executor`, or, if that is `None`, as the
    /// loop's driver does it.
    ///
    /// The future ends with what the function returns, or with [`Error::Panicked`]. The future is
    /// cancelled if the executor drops the job. If you cancel the future, the job learns of it one
    /// iteration later, as in asyncio. If the job has not begun by then, it does nothing. If it has
    /// begun, it goes on, and its result is dropped. [`Error::LoopIsClosed`] after `close`.
    pub fn run_in_executor<T: Send + 'static>(
        &self,
        executor: Option<&dyn Fn(Job)>,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Future<T>> {
        self.check_closed()?;
        let future = self.create_future();
        // A callback passes a cancel on to the job, as in asyncio.
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let flag = is_cancelled.clone();
        future.add_done_callback(move |future| flag.store(future.cancelled(), Ordering::Relaxed));
        let finish = finish_with(future.clone());
        let (number, remote) = self.0.remote.add_job(finish);
        let mut ended = JobEnd { number, result: None, remote };
        let job: Job = Box::new(move || {
            // From here on `ended` is dropped on each way out, which tells the loop.
            if is_cancelled.load(Ordering::Relaxed) {
                return;
            }
            let result = catch_panic(function);
            ended.result = Some(match result {
                Ok(value) => Ok(Box::new(value)),
                Err(panic) => Err(panic),
            });
            drop(ended);
        });
        match executor {
            Some(executor) => executor(job),
            None => self.0.driver.submit(job),
        }
        Ok(future)
    }
}

/// Makes the function that ends `future` with the result of its job. The closure hides the type of
/// the result: the list of jobs has jobs of all types.
fn finish_with<T: 'static>(future: Future<T>) -> FinishJob {
    Box::new(move |result| {
        // Refused if the future was cancelled meanwhile: then the result is dropped.
        let _ = match result {
            None => {
                future.cancel();
                Ok(())
            }
            Some(Err(panic)) => future.set_exception(panic),
            Some(Ok(value)) => match value.downcast() {
                Ok(value) => future.set_result(*value),
                Err(_) => unreachable!("a job's number belongs to one type"),
            },
        };
    })
}

/// Work for another thread. Dropping it instead of calling it cancels its future.
pub type Job = Box<dyn FnOnce() + Send>;

/// When dropped, it tells the loop that a job is over, even if an executor has dropped the job.
struct JobEnd {
    /// Which job it is: all that the loop needs to find the future.
    number: usize,
    /// What the function returned. It stays `None` if the job is dropped without being run.
    result: Option<JobResult>,
    /// To tell the loop. As long as a job has one of these, the loop is not idle.
    remote: Arc<ThreadsafeHandle>,
}

impl Drop for JobEnd {
    fn drop(&mut self) {
        // A closed loop has forgotten the job.
        let _ = self.remote.post(RemoteCall::Finish(self.number, self.result.take()));
    }
}
