//! Other threads: how they call into the loop, and how the loop lets them work.
//!
//! The loop keeps to one thread and needs no locks. Other threads leave their requests in an *entry
//! queue* (trio's word; tokio says inject queue). The loop empties that queue each time before it
//! adds a call to its own: so remote calls come in the order in which they were asked for, among
//! all others.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::task::Waker;
use std::time::{Duration, Instant};

use futures::task::ArcWake;
use slab::Slab;
use tokio::sync::mpsc::{
    UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel,
};

use super::cancel::request_cancel;
use super::foreign::{catch_panic, discard};
use super::{EnsureFuture, Error, EventLoop, Future, Handle, IntoResult, Result, get_running_loop};

/// What another thread wants of the loop.
enum RemoteCall {
    /// Call a function.
    Call(RemoteHandle),
    /// Carry on with the task of this key.
    Wake(usize),
    /// The job of this number has ended with a result, or was dropped by its executor.
    Finish(usize, Option<JobResult>),
}

/// What a function that ran on another thread returned, of any type.
type JobResult = Result<Box<dyn Any + Send>>;

/// What the loop does with the result of a job; `None` if the job was dropped.
type FinishJob = Box<dyn FnOnce(Option<JobResult>)>;

/// A loop's entry for other threads. It can be cloned and sent to them, as an [`EventLoop`] cannot.
///
/// While one exists, the loop is never found to be [`Error::Idle`].
#[derive(Clone)]
pub struct ThreadsafeHandle {
    /// The sender of the entry queue. It stands before `signals` because fields are dropped in this
    /// order: `signals` then counts the senders that are left.
    entry: UnboundedSender<RemoteCall>,
    /// What the loop is told without a look into the queue.
    signals: Signals,
}

/// What a loop and its handles tell each other beside the queue.
#[derive(Clone)]
struct Signals {
    /// The flags, which all clones share.
    flags: Arc<Flags>,
    /// Ends the loop's wait.
    waker: Waker,
    /// To count the handles that are left, without being one of them.
    handles: WeakUnboundedSender<RemoteCall>,
}

/// What is asked so often that a lock would cost too much.
#[derive(Default)]
struct Flags {
    /// Whether there may be something in the queue: an atomic flag costs less than the queue
    /// itself, and is looked at with every call.
    has_calls: AtomicBool,
    /// The loop waits without a limit, and only because there are other handles than its own.
    waits_for_handles: AtomicBool,
}

impl Drop for Signals {
    /// A loop that waits for nothing but its handles must be told when the last is dropped: then
    /// the loop is idle. The queue's count of senders is down by one already.
    fn drop(&mut self) {
        // Together with the fence in `is_unreachable`: either the loop sees the smaller count, or
        // this thread sees that the loop waits.
        fence(Ordering::SeqCst);
        if self.handles.strong_count() == 1 && self.flags.waits_for_handles.load(Ordering::Relaxed)
        {
            self.waker.wake_by_ref();
        }
    }
}

impl ThreadsafeHandle {
    /// Has the loop call `callback` on the loop's own thread, and wakes the loop if it sleeps.
    /// Dropping the handle changes nothing. [`Error::LoopIsClosed`] after `close`.
    #[track_caller]
    pub fn call_soon_threadsafe<O: IntoResult>(
        &self,
        callback: impl FnOnce() -> O + Send + 'static,
    ) -> Result<RemoteHandle> {
        let handle = RemoteHandle(Arc::new(RemoteCallback {
            function: Mutex::new(Some(Box::new(move || callback().into_result()))),
            cancelled: AtomicBool::new(false),
            caller: Location::caller(),
        }));
        self.post(RemoteCall::Call(handle.clone()))?;
        Ok(handle)
    }

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

    /// Puts a call into the queue, and wakes the loop if needed.
    fn post(&self, call: RemoteCall) -> Result<()> {
        self.entry.send(call).map_err(|_| Error::LoopIsClosed)?;
        // Only the first call since the loop's last look wakes the loop. Calls that follow are
        // found in the same look.
        if !self.signals.flags.has_calls.swap(true, Ordering::AcqRel) {
            self.signals.waker.wake_by_ref();
        }
        Ok(())
    }

    /// Whether this is a handle of that loop.
    fn is_of(&self, event_loop: &EventLoop) -> bool {
        self.entry.same_channel(&event_loop.0.remote.handle.entry)
    }
}

/// A call that another thread has asked for: what [`ThreadsafeHandle::call_soon_threadsafe`]
/// returns.
#[derive(Clone)]
pub struct RemoteHandle(Arc<RemoteCallback>);

/// A call that can be cancelled from any thread until the loop takes it.
struct RemoteCallback {
    /// The closure, taken out when it is called or cancelled, whichever comes first.
    function: Mutex<Option<RemoteFunction>>,
    /// A flag of its own, because an empty `function` does not say whether the closure was called
    /// or cancelled.
    cancelled: AtomicBool,
    /// The line of the program that asked for the call, for instruments.
    caller: &'static Location<'static>,
}

type RemoteFunction = Box<dyn FnOnce() -> Result<()> + Send>;

impl Drop for RemoteCallback {
    fn drop(&mut self) {
        // The closure may own the handle of another call, and so on: see `Callback` in `handle`.
        let function = self.function.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(function) = function {
            discard(function);
        }
    }
}

impl RemoteHandle {
    /// Cancels the call and drops the closure at once, on the thread that cancels. If the call has
    /// begun already, only [`RemoteHandle::cancelled`] changes.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
        let function = lock(&self.0.function).take();
        if let Some(function) = function {
            discard(function);
        }
    }

    /// Whether the call was cancelled, in time or too late.
    pub fn cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    fn call(self) -> Result<()> {
        let function = lock(&self.0.function).take();
        match function {
            Some(function) => function(),
            None => Ok(()),
        }
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
    /// Set once, by the task, by `cancel`, or by the end of the loop.
    outcome: Mutex<Option<Result<T>>>,
    /// Tells [`RemoteTask::result`] that there is an outcome.
    is_done: Condvar,
    /// The task's key, as long as it is sure to be the task's: see [`start_remote_task`].
    key: Mutex<Option<usize>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { outcome: Mutex::default(), is_done: Condvar::new(), key: Mutex::default() }
    }
}

impl<T> Shared<T> {
    /// Sets the outcome, unless there is one: the first one counts. Says whether `new` is it.
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
    /// Ends the wait at once, with [`Error::Cancelled`], and asks the loop to cancel the task;
    /// `false` if there is an outcome already.
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
                request_cancel(task, None);
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
fn start_remote_task<E: EnsureFuture<Output: Clone + Send + 'static>>(
    unfinished: Unfinished<E::Output>,
    make: impl FnOnce() -> E,
) {
    if lock(&unfinished.0.outcome).is_some() {
        return; // it was cancelled before it began
    }
    let started = get_running_loop().and_then(|running| running.ensure_future(make()));
    match started {
        Err(error) => _ = unfinished.0.set(Err(error)),
        Ok(task) => {
            // The registry may give a key to another future when the task is dropped. That is not
            // before this callback has run, since the queue owns the task until then.
            *lock(&unfinished.0.key) = Some(task.0.key);
            task.add_done_callback(move |task| {
                *lock(&unfinished.0.key) = None;
                unfinished.0.set(task.result());
            });
        }
    }
}

/// A panic while one of these was locked leaves nothing half done: each holds one value.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a loop has of all this: the receiving side.
pub(super) struct RemoteCalls {
    /// What other threads have left, oldest first.
    queue: RefCell<UnboundedReceiver<RemoteCall>>,
    /// The loop's own handle, of which others are clones.
    handle: ThreadsafeHandle,
    /// What to do when a job ends, by the number of the job. A job in another thread cannot own its
    /// future; it owns the number.
    jobs: RefCell<Slab<FinishJob>>,
    /// The handle that all jobs share which have not ended. A clone for each job would cost ten
    /// atomic operations on counters that other threads use as well.
    jobs_handle: RefCell<Weak<ThreadsafeHandle>>,
}

impl RemoteCalls {
    pub(super) fn new(waker: Waker) -> Self {
        let (entry, queue) = unbounded_channel();
        let handles = entry.downgrade();
        let signals = Signals { flags: Arc::default(), waker, handles };
        let handle = ThreadsafeHandle { entry, signals };
        Self {
            queue: RefCell::new(queue),
            handle,
            jobs: RefCell::default(),
            jobs_handle: RefCell::default(),
        }
    }

    /// A handle for one more job.
    fn handle_for_job(&self) -> Arc<ThreadsafeHandle> {
        let shared = self.jobs_handle.borrow().upgrade();
        match shared {
            Some(handle) => handle,
            None => {
                let handle = Arc::new(self.handle.clone());
                self.jobs_handle.replace(Arc::downgrade(&handle));
                handle
            }
        }
    }

    /// How many jobs have not ended yet. A job that has just ended counts until the loop has looked
    /// into its queue.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.borrow().len()
    }

    /// Whether no thread, waker or handle is left that could ever leave anything here. If one is
    /// left, the caller will wait, and the drop of the last one ends that wait.
    pub(super) fn is_unreachable(&self) -> bool {
        self.handle.signals.flags.waits_for_handles.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let queue = self.queue.borrow();
        queue.sender_strong_count() == 1 && queue.is_empty()
    }

    /// The loop has stopped waiting, so a dropped handle need not wake it.
    pub(super) fn wait_is_over(&self) {
        self.handle.signals.flags.waits_for_handles.store(false, Ordering::Relaxed);
    }

    /// Ends the loop's wait.
    pub(super) fn wake_loop(&self) {
        self.handle.signals.waker.wake_by_ref();
    }

    /// Refuses calls from now on, and drops those that are left and the ends of jobs.
    pub(super) fn close(&self) {
        self.queue.borrow_mut().close();
        while let Some(call) = self.take() {
            discard(call);
        }
        discard(self.jobs.take());
    }

    /// The oldest call, if there is one.
    fn take(&self) -> Option<RemoteCall> {
        self.queue.borrow_mut().try_recv().ok()
    }
}

impl EventLoop {
    /// What other threads need to call into this loop. While one exists, the loop is never found to
    /// be [`Error::Idle`].
    pub fn threadsafe_handle(&self) -> ThreadsafeHandle {
        self.0.remote.handle.clone()
    }

    /// Puts what other threads asked for behind what is ready. Nearly always there is nothing, and
    /// a look costs one load of an atomic flag.
    #[inline]
    pub(super) fn drain_remote_calls(&self) {
        if self.0.remote.handle.signals.flags.has_calls.load(Ordering::Acquire) {
            self.drain_calls_that_are_there();
        }
    }

    /// The flag is cleared before the queue is read: a call that comes meanwhile sets it again, and
    /// is found now or in the next look.
    #[cold]
    fn drain_calls_that_are_there(&self) {
        self.0.remote.handle.signals.flags.has_calls.swap(false, Ordering::AcqRel);
        // Only the calls that are there now: a thread that posts without end must not keep the loop
        // here.
        let count = self.0.remote.queue.borrow().len();
        for _ in 0..count {
            match self.0.remote.take() {
                None => return,
                Some(RemoteCall::Call(call)) => {
                    let caller = Some(call.0.caller);
                    self.enqueue(Handle::new(move || call.call()), caller);
                }
                Some(RemoteCall::Wake(key)) => {
                    if let Some(step) = self.0.registry.next_step(key) {
                        self.enqueue(step, None);
                    }
                }
                Some(RemoteCall::Finish(number, result)) => {
                    let finish = self.0.remote.jobs.borrow_mut().try_remove(number);
                    if let Some(finish) = finish {
                        // As a call of its own and not here: `_set_state` in `futures.py` takes an
                        // iteration, too.
                        self.enqueue(Handle::new(move || finish(result)), None);
                    }
                }
            }
        }
    }

    /// Runs a function that blocks on another thread: with `executor`, or by default as the loop's
    /// driver does it.
    ///
    /// The future ends with what the function returns, or with [`Error::Panicked`]. It is cancelled
    /// if the executor drops the job. Cancelling it tells the job one iteration later, as in
    /// asyncio: a job that has not begun by then does nothing; one that has goes on, and its result
    /// is dropped. [`Error::LoopIsClosed`] after `close`.
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
        let number = self.0.remote.jobs.borrow_mut().insert(finish);
        let mut ended = JobEnded { number, result: None, remote: self.0.remote.handle_for_job() };
        let job: Job = Box::new(move || {
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

/// What to do with the result of a job whose future this is. The closure hides the type of the
/// result, which the list of jobs must not know.
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

/// When dropped, it tells the loop that a job is over, also if an executor has dropped the job.
struct JobEnded {
    /// Which job it is: all that the loop needs to find the future.
    number: usize,
    /// What the function returned. It stays `None` if the job is dropped without being run.
    result: Option<JobResult>,
    /// To tell the loop. As long as a job has one of these, the loop is not idle.
    remote: Arc<ThreadsafeHandle>,
}

impl Drop for JobEnded {
    fn drop(&mut self) {
        // A closed loop has forgotten the job.
        let _ = self.remote.post(RemoteCall::Finish(self.number, self.result.take()));
    }
}

/// Wakes a task from outside: from tokio's timers and sockets, channels, other threads. It can be
/// sent to other threads because it knows the task by its key only. When it is called, the key may
/// belong to another task by then: that task is polled once for nothing, which every future must
/// allow.
pub(super) struct TaskWaker {
    /// To post a wake from another thread, and to know whether the loop runs on this one.
    remote: ThreadsafeHandle,
    /// The task that it wakes. An atomic, because the task of a shared waker changes in each step.
    key: AtomicUsize,
}

impl TaskWaker {
    pub(super) fn new(event_loop: &EventLoop) -> Arc<Self> {
        Arc::new(Self { remote: event_loop.threadsafe_handle(), key: AtomicUsize::new(0) })
    }

    pub(super) fn set_key(&self, key: usize) {
        self.key.store(key, Ordering::Relaxed);
    }
}

/// The waker for all tasks that have none of their own: each step leaves it here for the next.
#[derive(Default)]
pub(super) struct SpareWaker(Cell<Option<Arc<TaskWaker>>>);

impl SpareWaker {
    /// The waker that was left here, or a new one if something outside still has that.
    pub(super) fn take(&self, event_loop: &EventLoop) -> Arc<TaskWaker> {
        match self.0.take() {
            Some(waker) => waker,
            None => TaskWaker::new(event_loop),
        }
    }

    /// Leaves a waker for the next step.
    pub(super) fn keep(&self, waker: Arc<TaskWaker>) {
        self.0.set(Some(waker));
    }

    /// Drops the waker, so that only wakers which something outside has are counted afterwards.
    pub(super) fn drop_it(&self) {
        drop(self.0.take());
    }
}

impl ArcWake for TaskWaker {
    fn wake_by_ref(waker: &Arc<Self>) {
        let key = waker.key.load(Ordering::Relaxed);
        match get_running_loop() {
            Ok(running) if waker.remote.is_of(&running) => running.wake_task(key),
            // A closed loop has no task to wake.
            _ => _ = waker.remote.post(RemoteCall::Wake(key)),
        }
    }
}
