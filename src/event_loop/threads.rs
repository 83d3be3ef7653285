//! Other threads: how they call into the loop, and how the loop lets them work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

use tokio::sync::mpsc::UnboundedSender;

use super::handle::{Outcome, catch_panic};
use super::{Error, EventLoop, Future, Handle, Result};

/// A loop's door for other threads. It can be cloned and sent to them, as an [`EventLoop`] cannot.
#[derive(Clone)]
pub struct ThreadsafeHandle {
    /// The loop itself keeps to one thread and needs no locks. This is where others leave what it shall do.
    pub(super) mailbox: UnboundedSender<Letter>,
    /// Tells that there may be letters, at less cost than the mailbox itself, which is asked at every turn.
    pub(super) filled: Arc<AtomicBool>,
    /// Ends the loop's waiting.
    pub(super) bell: Waker,
}

pub(super) enum Letter {
    Call(Box<dyn FnOnce() -> Result<()> + Send>),
    /// Carry on with the task of this key.
    Wake(usize),
}

impl ThreadsafeHandle {
    /// Has the loop call `callback` on its own thread, and wakes it if it sleeps. [`Error::LoopIsClosed`] after `close`.
    pub fn call_soon_threadsafe<O: Outcome>(
        &self,
        callback: impl FnOnce() -> O + Send + 'static,
    ) -> Result<()> {
        self.post(Letter::Call(Box::new(move || callback().outcome())))
    }

    pub(super) fn post(&self, letter: Letter) -> Result<()> {
        self.mailbox.send(letter).map_err(|_| Error::LoopIsClosed)?;
        self.filled.store(true, Ordering::Release);
        self.bell.wake_by_ref();
        Ok(())
    }
}

/// Work for another thread.
pub type Job = Box<dyn FnOnce() + Send>;

impl EventLoop {
    /// What other threads need to call into this loop. While one exists, the loop never finds that it is [`Error::Idle`].
    pub fn threadsafe_handle(&self) -> ThreadsafeHandle {
        self.0.door.clone()
    }

    /// Runs a function that blocks on another thread: with `executor`, or by default as the loop's clock does it.
    ///
    /// [`Error::Panicked`] if the function panics. Cancelling does not stop the thread, but nobody hears of its result.
    pub fn run_in_executor<T: Send + 'static>(
        &self,
        executor: Option<&dyn Fn(Job)>,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Future<T>> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let job: Job = Box::new(move || {
            let result = catch_panic(function).map_err(|panic| panic.to_string());
            // It may be that nobody waits for it any more.
            let _ = sender.send(result);
        });
        self.check_closed()?;
        let job = self.0.clock.watch(job);
        match executor {
            Some(executor) => executor(job),
            None => self.0.clock.submit(job),
        }
        self.create_task(async move {
            let result = receiver.await.map_err(Error::exception)?;
            result.map_err(Error::exception)
        })
    }

    /// Puts what others asked for behind what is ready. Nearly always there is nothing, and to look costs nothing.
    #[inline]
    pub(super) fn collect_mail(&self) {
        if self.0.door.filled.load(Ordering::Acquire) {
            self.open_letters();
        }
    }

    #[cold]
    fn open_letters(&self) {
        self.0.door.filled.store(false, Ordering::Release);
        // Only what is there now: who writes without end must not keep the loop from turning.
        let letters = self.0.mail.borrow().len();
        for letter in (0..letters).map_while(|_| self.take_letter()) {
            let call = match letter {
                Letter::Call(callback) => Some(Handle::new(callback)),
                Letter::Wake(key) => self.next_step(key),
            };
            self.0.ready.borrow_mut().extend(call);
        }
    }

    pub(super) fn take_letter(&self) -> Option<Letter> {
        self.0.mail.borrow_mut().try_recv().ok()
    }
}
