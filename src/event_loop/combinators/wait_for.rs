//! Wait for: a future with a time limit.

use std::slice;
use std::time::Duration;

use super::sleep::{release, release_later};
use crate::event_loop::{
    DoneCallback, EnsureFuture, Error, EventLoop, Future, Result, get_running_loop,
};

/// Waits for `awaitable`, up to `timeout`, then cancels it and gives [`Error::Timeout`]. Without a
/// timeout `awaitable` is awaited in place: a coroutine does not become a task.
///
/// As in CPython 3.11 (`wait_for` in `tasks.py`) it waits, after the cancel, until `awaitable` has
/// ended, which may take longer than `timeout`. If a task refuses to be cancelled, its result is
/// returned. Cancelling `wait_for` cancels what it waits for. But if there is a timeout and
/// `awaitable` has ended in the same iteration, its result is returned and the cancel is lost, as
/// in 3.11 (python/cpython#86296; 3.12 no longer does so, nor does [`timeout`](super::timeout)).
/// Dropping `wait_for` ends the wait and cancels nothing; but a coroutine that is awaited in place
/// is dropped with it. [`Error::NoRunningLoop`] if no loop runs on this thread.
pub async fn wait_for<E: EnsureFuture<Output: Clone + 'static>>(
    awaitable: E,
    timeout: impl Into<Option<Duration>>,
) -> Result<E::Output> {
    let event_loop = get_running_loop()?;
    let Some(timeout) = timeout.into() else { return awaitable.await_in_place().await };
    if timeout.is_zero() {
        let future = awaitable.ensure_future(Some(&event_loop))?;
        if future.done() {
            return future.result();
        }
        cancel_and_wait(&event_loop, &future).await?;
        return result_in_time(&future);
    }
    let waiter = event_loop.create_future();
    let _timer = release_later(&event_loop, timeout, &waiter)?;
    let future = awaitable.ensure_future(Some(&event_loop))?;
    let on_done = release_when_done(&future, &waiter);
    event_loop.0.observers.stands_for(&waiter, slice::from_ref(&future));
    let waited = waiter.await;
    if future.done() {
        return future.result();
    }
    drop(on_done);
    cancel_and_wait(&event_loop, &future).await?;
    // `Cancelled` if `wait_for` itself was cancelled, and `Ok` if the time was up.
    waited?;
    result_in_time(&future)
}

/// The result of a future that `wait_for` has cancelled: its cancellation is our timeout.
fn result_in_time<T: Clone>(future: &Future<T>) -> Result<T> {
    match future.result() {
        Err(Error::Cancelled) => Err(Error::Timeout),
        result => result,
    }
}

/// Cancels a future and waits until it has ended. The future itself is not awaited: if this wait is
/// cancelled as well, that must not look like the future's end.
async fn cancel_and_wait<T>(event_loop: &EventLoop, future: &Future<T>) -> Result<()> {
    let waiter = event_loop.create_future();
    let _on_done = release_when_done(future, &waiter);
    event_loop.0.observers.stands_for(&waiter, slice::from_ref(future));
    future.cancel();
    waiter.await
}

/// Ends a wait when the future is done, unless what this returns is dropped before.
fn release_when_done<T>(future: &Future<T>, waiter: &Future<()>) -> OnDone<T> {
    let waiter = waiter.clone();
    let callback = future.add_done_callback(move |_| release(&waiter));
    OnDone { future: future.clone(), callback }
}

/// A done callback that is taken back at the end of its scope.
struct OnDone<T: 'static> {
    /// The future that has the callback.
    future: Future<T>,
    /// The callback that is to be taken back.
    callback: DoneCallback<T>,
}

impl<T> Drop for OnDone<T> {
    fn drop(&mut self) {
        self.future.remove_done_callback(&self.callback);
    }
}
