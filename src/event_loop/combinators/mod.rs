//! What is made of the core: sleeping, waiting, gathering, time limits, task groups.
//!
//! All of it is futures, timers, done callbacks and tasks, and much of it could stand in a program
//! of your own. The rest needs what the core does not publish: a gather is a kind of future,
//! `sleep` of zero gives way as a bare `yield` does, the scope of a `timeout` or a `task_group`
//! catches a cancel at any await, and a `TaskRef` is a task of any type.
//!
//! To read in this order: `sleep`; `wait`, `wait_for` and `shield`; `gather` and `as_completed`;
//! `task_ref`; `timeout` and `task_group`, which cancel the task that they are in.

mod as_completed;
mod gather;
mod shield;
mod sleep;
mod task_group;
mod task_ref;
mod timeout;
mod wait;
mod wait_for;

use std::future::Future as StdFuture;
use std::panic::Location;

pub use as_completed::as_completed;
pub use gather::{gather, gather_return_exceptions};
pub use shield::shield;
pub use sleep::sleep;
pub use task_group::{TaskGroup, task_group};
pub use task_ref::{TaskRef, all_tasks, current_task};
pub use timeout::{Timeout, timeout, timeout_at};
pub use wait::{ReturnWhen, wait};
pub use wait_for::wait_for;

use super::{Error, EventLoop, Future, Result, Task, get_running_loop};

/// Starts a coroutine as a task of the running loop; see [`EventLoop::create_task`].
/// [`Error::NoRunningLoop`] if there is none.
#[track_caller]
pub fn create_task<T: 'static>(
    coroutine: impl StdFuture<Output = Result<T>> + 'static,
) -> Result<Future<T>> {
    get_running_loop()?.create_task(coroutine)
}

impl EventLoop {
    /// Runs until `awaitable` is done, and gives the outcome. A coroutine becomes a task.
    ///
    /// It has the errors of [`EventLoop::run_forever`], and two more: [`Error::LoopStopped`] if
    /// `stop` was called before the future was done, and [`Error::OtherLoop`] if the future belongs
    /// to another loop. A future that is not done when this returns is not cancelled: it goes on
    /// when the loop runs again.
    #[track_caller]
    pub fn run_until_complete<E: EnsureFuture<Output: Clone + 'static>>(
        &self,
        awaitable: E,
    ) -> Result<E::Output> {
        self.check_startable()?;
        let future = awaitable.ensure_future(Some(self))?;
        let on_done = future.add_done_callback(|future| future.get_loop().stop());
        let observers = &self.0.observers;
        observers.runs_until(Some(&*future.0), Location::caller());
        let outcome = self.run_forever();
        observers.runs_until(None, Location::caller());
        future.remove_done_callback(&on_done);
        outcome?;
        if future.done() { future.result() } else { Err(Error::LoopStopped) }
    }

    /// Like [`EventLoop::create_task`], with a name of your own.
    #[track_caller]
    pub fn create_named_task<T: 'static>(
        &self,
        name: &str,
        coroutine: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Result<Task<T>> {
        self.start_task(Some(name), coroutine)
    }

    /// Makes a task from a coroutine, and hands a future on as it is. [`Error::LoopIsClosed`] for a
    /// coroutine after `close`, [`Error::OtherLoop`] for a future of another loop.
    #[track_caller]
    pub fn ensure_future<E: EnsureFuture>(&self, awaitable: E) -> Result<Future<E::Output>> {
        awaitable.ensure_future(Some(self))
    }
}

/// What functions such as `gather` accept: a [`Future`], a task, or a coroutine, which is any Rust
/// future that gives a [`Result`].
pub trait EnsureFuture: Sized {
    /// What it gives when it succeeds.
    type Output;

    /// Makes a coroutine a task of `event_loop`, or of the running loop if that is `None`. A future
    /// is handed on as it is, or refused with [`Error::OtherLoop`] if it belongs to another loop
    /// than `event_loop`.
    #[track_caller]
    fn ensure_future(self, event_loop: Option<&EventLoop>) -> Result<Future<Self::Output>>;

    /// Awaits as `.await` does: a coroutine does not become a task.
    fn await_in_place(self) -> impl StdFuture<Output = Result<Self::Output>>
    where
        Self::Output: Clone + 'static,
    {
        async { self.ensure_future(None)?.await }
    }
}

impl<T: 'static, C: StdFuture<Output = Result<T>> + 'static> EnsureFuture for C {
    type Output = T;

    #[track_caller]
    fn ensure_future(self, event_loop: Option<&EventLoop>) -> Result<Future<T>> {
        match event_loop {
            Some(event_loop) => event_loop.create_task(self),
            None => create_task(self),
        }
    }

    fn await_in_place(self) -> impl StdFuture<Output = Result<T>> {
        self
    }
}

impl<T: 'static> EnsureFuture for Future<T> {
    type Output = T;

    fn ensure_future(self, event_loop: Option<&EventLoop>) -> Result<Self> {
        match event_loop {
            Some(event_loop) if self.get_loop() != *event_loop => Err(Error::OtherLoop),
            _ => Ok(self),
        }
    }
}
