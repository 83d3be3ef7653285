//! How other threads, and wakers outside the loop, call into it.
//!
//! The loop keeps to one thread and needs no locks. Other threads leave their requests in an *entry
//! queue* (trio's word; tokio says inject queue). Before code on the loop's own thread adds a call
//! to the ready queue, the loop takes all calls out of the entry queue: so the ready queue has both
//! kinds of calls in the order in which they came.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::Waker;

use futures::task::ArcWake;
use slab::Slab;
use tokio::sync::mpsc::{
    UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel,
};

use super::foreign::discard;
use super::instrument::{AskedBy, ReadyBy};
use super::{Error, EventLoop, Handle, IntoResult, Result, get_running_loop};

/// What another thread wants of the loop.
pub(super) enum RemoteCall {
    /// Call a function.
    Call(RemoteHandle),
    /// Carry on with the task of this key.
    Wake(usize),
    /// The job of this number has ended with a result, or was dropped by its executor.
    Finish(usize, Option<JobResult>),
}

/// What stands in the queue.
struct Entry {
    /// What is wanted.
    call: RemoteCall,
    /// What has asked for it, if an instrument wants to know: see [`Instrument::asked_by`].
    ///
    /// [`Instrument::asked_by`]: super::Instrument::asked_by
    asked_by: Option<usize>,
}

/// What a function that ran on another thread returned, of any type.
pub(super) type JobResult = Result<Box<dyn Any + Send>>;

/// What the loop does with the result of a job; `None` if the job was dropped.
pub(super) type FinishJob = Box<dyn FnOnce(Option<JobResult>)>;

/// A loop's entry for other threads. It can be cloned and sent to them, as an [`EventLoop`] cannot.
///
/// While one exists, the loop is never found to be [`Error::Idle`].
#[derive(Clone)]
pub struct ThreadsafeHandle {
    /// The sender of the entry queue. It stands before `signals` because fields are dropped in this
    /// order: `signals` then counts the senders that are left.
    entry: UnboundedSender<Entry>,
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
    handles: WeakUnboundedSender<Entry>,
}

/// What is asked so often that a lock would cost too much.
#[derive(Default)]
struct Flags {
    /// Whether there may be something in the queue: an atomic flag costs less than the queue
    /// itself, and is looked at with every call.
    has_calls: AtomicBool,
    /// The loop waits, or is about to wait, until something happens: if the last handle but its own
    /// is dropped, the loop must be woken. If it did not wait after all, that wake does no harm.
    waits_for_handles: AtomicBool,
    /// A function of an instrument. It is called for each call that is posted, on the thread that
    /// posts the call.
    asked_by: OnceLock<AskedBy>,
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
    /// Asks the loop to call `callback` on the loop's own thread, and wakes the loop if it sleeps.
    /// Dropping the returned handle changes nothing: the call is still made.
    /// [`Error::LoopIsClosed`] after `close`.
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

    /// Puts a call into the queue, and wakes the loop if needed.
    pub(super) fn post(&self, call: RemoteCall) -> Result<()> {
        let mut asked_by = None;
        if let Some(find_out) = self.signals.flags.asked_by.get() {
            asked_by = find_out();
        }
        self.entry.send(Entry { call, asked_by }).map_err(|_| Error::LoopIsClosed)?;
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

/// Locks a mutex, even after a panic of a thread that had locked it: each mutex here holds one
/// value, so nothing is left half done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a loop has of all this: the receiving side.
pub(super) struct RemoteCalls {
    /// What other threads have left, oldest first.
    queue: RefCell<UnboundedReceiver<Entry>>,
    /// The loop's own handle, of which others are clones.
    handle: ThreadsafeHandle,
    /// What to do when a job ends, by the number of the job. A job in another thread cannot own its
    /// future; it owns the number.
    jobs: RefCell<Slab<FinishJob>>,
    /// The handle that all unfinished jobs share. A job clones the `Arc`, which costs one atomic
    /// operation; a clone of the handle itself would cost one for each of the counters in it.
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

    /// Notes a job that another thread is about to get. Gives the number of the job, and the handle
    /// through which the job tells the loop that it has ended.
    pub(super) fn add_job(&self, finish: FinishJob) -> (usize, Arc<ThreadsafeHandle>) {
        let number = self.jobs.borrow_mut().insert(finish);
        (number, self.handle_for_job())
    }

    /// The handle for one more job.
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
        // The flag first, and the count after it: if a handle is dropped after it was counted, the
        // thread that drops it sees the flag and wakes the loop.
        self.handle.signals.flags.waits_for_handles.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let queue = self.queue.borrow();
        queue.sender_strong_count() == 1 && queue.is_empty()
    }

    /// The loop has stopped waiting, so a dropped handle need not wake it.
    pub(super) fn wait_is_over(&self) {
        self.handle.signals.flags.waits_for_handles.store(false, Ordering::Relaxed);
    }

    /// From now on `asked_by` is called for each call that is posted, to find out what posts it.
    pub(super) fn find_out_what_asks(&self, asked_by: AskedBy) {
        // If another instrument has set its function before, that one stays: see
        // `Instrument::asked_by`.
        let _ = self.handle.signals.flags.asked_by.set(asked_by);
    }

    /// Ends the loop's wait.
    pub(super) fn wake_loop(&self) {
        self.handle.signals.waker.wake_by_ref();
    }

    /// Refuses calls from now on. Drops the calls that are left, and what was to be done at the end
    /// of each job.
    pub(super) fn close(&self) {
        self.queue.borrow_mut().close();
        while let Some(entry) = self.take() {
            discard(entry.call);
        }
        discard(self.jobs.take());
    }

    /// The oldest call, if there is one.
    fn take(&self) -> Option<Entry> {
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
        // A `swap` and not a `store`: a thread that found the flag set did not wake the loop. The
        // swap reads what that thread wrote last, so its call is seen below.
        self.0.remote.handle.signals.flags.has_calls.swap(false, Ordering::AcqRel);
        // Only the calls that are there now: a thread that posts without end must not keep the loop
        // here.
        let count = self.0.remote.queue.borrow().len();
        for _ in 0..count {
            let Some(Entry { call, asked_by }) = self.0.remote.take() else { return };
            let by = ReadyBy::EntryQueue { asked_by };
            match call {
                RemoteCall::Call(call) => {
                    let caller = Some(call.0.caller);
                    self.enqueue(Handle::new(move || call.call()), caller, by);
                }
                RemoteCall::Wake(key) => {
                    if let Some(step) = self.0.registry.take_next_step(key) {
                        self.enqueue(step, None, by);
                    }
                }
                RemoteCall::Finish(number, result) => {
                    let finish = self.0.remote.jobs.borrow_mut().try_remove(number);
                    if let Some(finish) = finish {
                        // As a call of its own and not here: `_set_state` in `futures.py` takes an
                        // iteration, too.
                        self.enqueue(Handle::new(move || finish(result)), None, by);
                    }
                }
            }
        }
    }
}

/// Wakes a task from outside: from tokio's timers and sockets, channels, other threads. It can be
/// sent to other threads because it knows the task by its key only. By the time it is called, the
/// key may belong to another task: that task is polled once for nothing, which every future must
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
    /// The waker that the last step has left here. A new one if there is none, because the task of
    /// that step has kept its waker.
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

    /// Drops the waker. All wakers that are counted afterwards have an owner outside the loop.
    pub(super) fn drop_it(&self) {
        drop(self.0.take());
    }
}

impl ArcWake for TaskWaker {
    fn wake_by_ref(waker: &Arc<Self>) {
        let key = waker.key.load(Ordering::Relaxed);
        match get_running_loop() {
            Ok(running) if waker.remote.is_of(&running) => running.wake_task(key),
            // It fails only if the loop is closed, and a closed loop has no task to wake.
            _ => _ = waker.remote.post(RemoteCall::Wake(key)),
        }
    }
}
