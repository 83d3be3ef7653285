//! Drivers: what time it is, how to wait until something happens, and where to run what blocks.
//!
//! This is all that differs between one event loop and another. asyncio has a selector and
//! `time.monotonic` in this place, tokio its I/O driver, Twisted a reactor.

mod standard;
mod tokio;
mod virtual_time;

use std::cell::Cell;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

pub use self::standard::StdDriver;
pub(crate) use self::tokio::Notifier;
pub use self::tokio::TokioDriver;
pub use self::virtual_time::VirtualDriver;
use super::{EventLoop, Job, Result};

/// What the loop needs of its surroundings: a clock, a way to wait, and threads for what blocks.
pub trait Driver {
    /// The time since an arbitrary start. Never goes back.
    fn time(&self) -> Duration;

    /// Timers that are due within less than this run now, so that rounding costs no extra
    /// iteration.
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    /// Waits until `timeout` is over or the waker was called since the last wait; may return early.
    /// Zero means not to wait, only to let I/O happen; `None` means that there is no time limit.
    /// `jobs` says how many jobs have not ended; the end of a job calls the waker.
    fn wait(&self, timeout: Option<Duration>, jobs: usize);

    /// The waker that ends [`Driver::wait`]. It may be called from any thread at any time, even
    /// after the driver was dropped.
    fn waker(&self) -> Waker;

    /// Whether the driver has tasks of its own, such as tokio's, that may still call into the loop.
    /// Only a loop without any can be [`Error::Idle`](super::Error::Idle).
    fn has_tasks(&self) -> bool {
        false
    }

    /// Runs a job on another thread; by default each job gets a new thread. Dropping the job
    /// instead cancels its future.
    fn submit(&self, job: Job) {
        std::thread::spawn(job);
    }

    /// Calls `run`, which runs the loop, in the context that callbacks and tasks need, such as that
    /// of a runtime. Gives an error if the loop cannot run here.
    fn enter(&self, run: &mut dyn FnMut()) -> Result<()> {
        run();
        Ok(())
    }
}

/// Makes a waker for this thread: if the thread is parked, the waker unparks it.
///
/// `unpark` leaves one token, and other code that parks on this thread may take the token that was
/// meant for the loop. No call is lost by that: the loop looks for remote calls just before it
/// parks, and nothing else parks in between.
fn waker_of_this_thread() -> Waker {
    /// The thread that parks, which is all that has to be known to wake it.
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    Arc::new(Unpark(std::thread::current())).into()
}

thread_local! {
    /// How [`EventLoop::new`] makes loops on this thread: asyncio's event loop policy. With it
    /// `stage` gives its own driver to an example whose source does not mention drivers.
    static POLICY: Cell<Option<fn() -> EventLoop>> = const { Cell::new(None) };
}

/// Decides what [`EventLoop::new`] makes on this thread.
pub(crate) fn set_event_loop_policy(new_event_loop: fn() -> EventLoop) {
    POLICY.set(Some(new_event_loop));
}

/// What [`EventLoop::new`] makes on this thread.
pub(super) fn new_event_loop() -> Result<EventLoop> {
    match POLICY.get() {
        Some(new_event_loop) => Ok(new_event_loop()),
        None => TokioDriver::new().map(EventLoop::with_driver),
    }
}
