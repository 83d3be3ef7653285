//! Other threads: how they call into the loop, and how the loop has work done by them.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::handle::{Outcome, catch_panic};
use super::{Error, EventLoop, Future, get_running_loop};

/// Where other threads leave what the loop shall do. The loop itself lives on one thread and needs no lock.
pub(super) struct Mailbox {
    letters: Mutex<Letters>,
    /// Tells without locking whether there are any.
    filled: AtomicBool,
    /// Ends the loop's waiting.
    bell: Waker,
}

#[derive(Default)]
struct Letters {
    closed: bool,
    list: Vec<Letter>,
}

pub(super) enum Letter {
    Call(Box<dyn FnOnce() -> Result<(), Error> + Send>),
    /// Wake the task with this key.
    Wake(usize),
}

impl Mailbox {
    pub(super) fn new(bell: Waker) -> Self {
        Self { letters: Mutex::default(), filled: AtomicBool::new(false), bell }
    }

    fn letters(&self) -> MutexGuard<'_, Letters> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn post(&self, letter: Letter) -> Result<(), Error> {
        let mut letters = self.letters();
        if letters.closed {
            return Err(Error::LoopIsClosed);
        }
        letters.list.push(letter);
        self.filled.store(true, Ordering::Release);
        drop(letters);
        self.bell.wake_by_ref();
        Ok(())
    }

    pub(super) fn collect(&self) -> Vec<Letter> {
        if !self.filled.load(Ordering::Acquire) {
            return Vec::new();
        }
        let mut letters = self.letters();
        self.filled.store(false, Ordering::Relaxed);
        std::mem::take(&mut letters.list)
    }

    pub(super) fn close(&self) {
        let mut letters = self.letters();
        letters.closed = true;
        let list = std::mem::take(&mut letters.list);
        drop(letters);
        drop(list);
    }
}

/// A loop's door for other threads: can be cloned and sent, which an [`EventLoop`] cannot.
#[derive(Clone)]
pub struct ThreadsafeHandle(pub(super) Arc<Mailbox>);

impl ThreadsafeHandle {
    /// Has the loop call `callback` on its own thread, and wakes the loop if it sleeps. Calls of one thread keep their order.
    ///
    /// [`Error::LoopIsClosed`] after the loop was closed. While a handle exists, the loop never concludes that it is idle.
    pub fn call_soon_threadsafe<O: Outcome>(&self, callback: impl FnOnce() -> O + Send + 'static) -> Result<(), Error> {
        self.0.post(Letter::Call(Box::new(move || callback().outcome())))
    }
}

/// Work for another thread.
pub type Job = Box<dyn FnOnce() + Send>;

/// Something that runs jobs on other threads: asyncio's `concurrent.futures.Executor`. Closures `Fn(Job)` are executors.
pub trait Executor {
    /// Takes a job over. Must not block for as long as the job runs.
    fn submit(&self, job: Job);
}

impl<F: Fn(Job)> Executor for F {
    fn submit(&self, job: Job) {
        self(job);
    }
}

impl EventLoop {
    /// A handle through which other threads can call into this loop.
    pub fn threadsafe_handle(&self) -> ThreadsafeHandle {
        ThreadsafeHandle(self.mailbox().clone())
    }

    /// Runs a function that blocks on another thread: of `executor`, or by default of the loop's [`Clock`](super::Clock).
    ///
    /// If the function panics, the future gets [`Error::Panicked`]. Cancelling the future does not stop the thread; the
    /// result is then thrown away. [`Error::LoopIsClosed`] if this loop is closed.
    pub fn run_in_executor<T: Send + 'static>(
        &self,
        executor: Option<&dyn Executor>,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Future<T>, Error> {
        self.check_closed()?;
        let future = self.create_future();
        // A future must not leave its thread. It stays here, and the job gets the number of its place.
        let place = self.deposit(Box::new(future.clone()));
        let handle = self.threadsafe_handle();
        let job: Job = Box::new(move || {
            let result = catch_panic(function).map_err(|panic| panic.to_string());
            // If the loop was closed in the meantime, nobody waits for the result any more.
            let _ = handle.call_soon_threadsafe(move || deliver(place, result));
        });
        match executor {
            Some(executor) => executor.submit(job),
            None => self.clock().submit(job),
        }
        Ok(future)
    }
}

fn deliver<T: 'static>(place: usize, result: Result<T, String>) -> Result<(), Error> {
    let deposit: Box<dyn Any> = get_running_loop()?.withdraw(place);
    match deposit.downcast::<Future<T>>() {
        Ok(future) if !future.done() => future.set(result.map_err(|message| Error::Panicked(message.into()))),
        _ => Ok(()),
    }
}
