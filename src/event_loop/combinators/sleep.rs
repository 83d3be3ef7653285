//! Sleeping: for a time, or for one iteration.

use std::future::{Future as StdFuture, poll_fn};
use std::panic::Location;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::event_loop::{Error, EventLoop, Future, Result, TimerHandle, get_running_loop};

/// Waits for `delay`; zero lets everything else that is ready run once. Cancelling or dropping it
/// ends the timer. [`Error::NoRunningLoop`] if it is awaited where no loop runs.
#[track_caller]
pub fn sleep(delay: Duration) -> impl StdFuture<Output = Result<()>> {
    let caller = Location::caller();
    // Boxed, so that a task that only gives way, with `sleep` of zero, does not pay for a timer.
    let mut timer =
        if delay.is_zero() { None } else { Some(Box::pin(wait_for_timer(delay, caller))) };
    let mut gave_way = false;
    poll_fn(move |context| match &mut timer {
        Some(timer) => timer.as_mut().poll(context),
        None => give_way(&mut gave_way, context),
    })
}

/// Sleeps as `asyncio.sleep` does: awaits a future that a timer sets.
async fn wait_for_timer(delay: Duration, caller: &'static Location<'static>) -> Result<()> {
    let event_loop = get_running_loop()?;
    let waiter = event_loop.create_future();
    let _timer = release_later(&event_loop, delay, &waiter)?;
    waiter.awaited_at(caller).await
}

/// Ends a wait, unless it has ended already (`_release_waiter` in `tasks.py`).
pub(super) fn release(waiter: &Future<()>) {
    // Refused if the wait was cancelled in the meantime, which is fine.
    let _ = waiter.set_result(());
}

/// Ends a wait after `delay`, unless what this returns is dropped before.
pub(super) fn release_later(
    event_loop: &EventLoop,
    delay: Duration,
    waiter: &Future<()>,
) -> Result<CancelOnDrop> {
    let waiter = waiter.clone();
    event_loop.call_later(delay, move || release(&waiter)).map(CancelOnDrop)
}

/// A timer that ends with its scope: Python's `try: … finally: handle.cancel()`.
pub(super) struct CancelOnDrop(pub(super) TimerHandle);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Lets everything else that is ready run once: pending the first time, ready the second.
fn give_way(done: &mut bool, context: &Context<'_>) -> Poll<Result<()>> {
    let event_loop = get_running_loop()?;
    let Some(current) = event_loop.0.current.polled_by(context.waker()) else {
        // An executor inside the task polls this, and not the task. It has to be woken, so that it
        // polls this again.
        if std::mem::replace(done, true) {
            return Poll::Ready(Ok(()));
        }
        context.waker().wake_by_ref();
        return Poll::Pending;
    };
    if current.take_error() {
        return Poll::Ready(Err(Error::Cancelled));
    }
    if std::mem::replace(done, true) {
        return Poll::Ready(Ok(()));
    }
    current.give_way();
    if !current.owns(context.waker()) {
        // A wrapper with a waker of its own, such as a lane of a timeline, stands between the task
        // and this: it has to be told that it will be polled again.
        context.waker().wake_by_ref();
    }
    Poll::Pending
}
