//! Waiting: for a time, up to a time, for the first of many. All of it is made of futures, timers and done callbacks.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future as StdFuture, poll_fn};
use std::rc::Rc;
use std::time::Duration;

use super::future::DoneCallback;
use super::task::give_way;
use super::timer::CancelOnDrop;
use super::{EnsureFuture, Error, EventLoop, Future, Result, get_running_loop};

/// Waits for `delay`; zero lets everything else that is ready run once. Cancelling or dropping it ends the timer.
pub fn sleep(delay: Duration) -> impl StdFuture<Output = Result<()>> {
    // Boxed, so that the many tasks that only give way stay small.
    let mut timer = (!delay.is_zero()).then(|| Box::pin(wait_for_timer(delay)));
    let mut gave_way = false;
    poll_fn(move |context| match &mut timer {
        Some(timer) => timer.as_mut().poll(context),
        None => give_way(&mut gave_way, context),
    })
}

async fn wait_for_timer(delay: Duration) -> Result<()> {
    let event_loop = get_running_loop()?;
    let waiter = event_loop.create_future();
    let _timer = release_later(&event_loop, delay, &waiter)?;
    waiter.await
}

/// Ends somebody's wait, unless that has ended.
fn release(waiter: &Future<()>) {
    // Refused if it was cancelled in the meantime, which is fine.
    let _ = waiter.set_result(());
}

fn release_later(
    event_loop: &EventLoop,
    delay: Duration,
    waiter: &Future<()>,
) -> Result<CancelOnDrop> {
    let waiter = waiter.clone();
    event_loop.call_later(delay, move || release(&waiter)).map(CancelOnDrop)
}

/// Waits for `awaitable`, up to `timeout`, then cancels it and gives [`Error::Timeout`].
///
/// As in CPython 3.11 (`wait_for` in `tasks.py`) it first waits until what it cancelled has ended, which may take longer, and a
/// task that refuses has its result returned. Cancelling `wait_for` cancels what it waits for. Dropping it does not.
pub async fn wait_for<E: EnsureFuture<Output: Clone + 'static>>(
    awaitable: E,
    timeout: impl Into<Option<Duration>>,
) -> Result<E::Output> {
    let event_loop = get_running_loop()?;
    let future = awaitable.ensure_future(Some(&event_loop))?;
    let Some(timeout) = timeout.into() else { return future.await };
    let mut waited = Ok(());
    if !timeout.is_zero() {
        waited = wait([future.clone()], timeout, ReturnWhen::AllCompleted).await.map(drop);
    }
    if future.done() {
        return future.result();
    }
    future.cancel();
    // Not by awaiting the future: should this wait be cancelled as well, that must not be taken for the future's end.
    wait([future.clone()], None, ReturnWhen::AllCompleted).await?;
    match future.result() {
        Err(Error::Cancelled) => waited.and(Err(Error::Timeout)),
        result => waited.and(result),
    }
}

/// A future that ends as `awaitable` does, but keeps a `cancel` to itself: what is inside runs on (`asyncio.shield`).
pub fn shield<E: EnsureFuture<Output: Clone + 'static>>(awaitable: E) -> Result<Future<E::Output>> {
    let inner = awaitable.ensure_future(None)?;
    if inner.done() {
        return Ok(inner);
    }
    let outer = inner.get_loop().create_future();
    let on_inner_done = inner.add_done_callback({
        let outer = outer.clone();
        move |inner| match inner.result() {
            // Both are refused if the outer one was cancelled, which is fine.
            Err(Error::Cancelled) if inner.cancelled() => _ = outer.cancel(),
            outcome => _ = outer.set(outcome),
        }
    });
    outer.add_done_callback({
        let inner = inner.clone();
        move |_| _ = inner.remove_done_callback(&on_inner_done)
    });
    Ok(outer)
}

/// When [`wait`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnWhen {
    /// As soon as one is done, in whatever way.
    FirstCompleted,
    /// As soon as one ends with an exception, which a cancelled one does not, or all are done.
    FirstException,
    /// When all are done.
    AllCompleted,
}

/// Waits for futures and gives those that are done and those that are pending, each in the order of the arguments.
///
/// Nothing is cancelled, and running out of time is no error. [`Error::NothingToWaitFor`] without futures. As in CPython,
/// coroutines are not accepted: make tasks of them, or you cannot tell which is done.
pub async fn wait<T: 'static>(
    futures: impl IntoIterator<Item = Future<T>>,
    timeout: impl Into<Option<Duration>>,
    return_when: ReturnWhen,
) -> Result<(Vec<Future<T>>, Vec<Future<T>>)> {
    let event_loop = get_running_loop()?;
    let waiter = event_loop.create_future();
    let timer =
        timeout.into().map(|timeout| release_later(&event_loop, timeout, &waiter)).transpose()?;
    let unfinished = Rc::new(Cell::new(0_usize));
    let on_done = DoneCallback::new({
        let (waiter, unfinished) = (waiter.clone(), unfinished.clone());
        move |future: &Future<T>| {
            unfinished.update(|count| count - 1);
            let enough = match return_when {
                ReturnWhen::FirstCompleted => true,
                ReturnWhen::FirstException => matches!(future.exception(), Ok(Some(_))),
                ReturnWhen::AllCompleted => false,
            };
            if enough || unfinished.get() == 0 {
                release(&waiter);
            }
            Ok(())
        }
    });
    let mut all = Vec::new();
    for future in futures {
        if future.share_done_callback(&on_done) {
            unfinished.update(|count| count + 1);
            all.push(future);
        }
    }
    if all.is_empty() {
        return Err(Error::NothingToWaitFor);
    }
    let waited = waiter.await;
    drop(timer);
    all.iter().for_each(|future| _ = future.remove_done_callback(&on_done));
    waited.map(|()| all.into_iter().partition(Future::done))
}

/// Gives as many futures as there are awaitables: the first ends as the first of those that is done, and so on.
///
/// When `timeout` is over, those that are left end with [`Error::Timeout`]; nothing is cancelled. asyncio gives coroutines, and
/// the one that is awaited first gets the first result.
pub fn as_completed<E: EnsureFuture<Output: Clone + 'static>>(
    awaitables: impl IntoIterator<Item = E>,
    timeout: impl Into<Option<Duration>>,
) -> Result<impl Iterator<Item = Future<E::Output>>> {
    let event_loop = get_running_loop()?;
    let left = Rc::new(RefCell::new(VecDeque::<Future<E::Output>>::new()));
    let timer = Rc::new(Cell::new(None));
    let on_done = DoneCallback::new({
        let (left, timer) = (left.clone(), timer.clone());
        move |future: &Future<E::Output>| {
            let next = left.borrow_mut().pop_front();
            if left.borrow().is_empty() {
                timer.take();
            }
            // Refused if the one who waited for it was cancelled.
            next.map_or(Ok(()), |next| next.set(future.result()).or(Ok(())))
        }
    });
    for awaitable in awaitables {
        if awaitable.ensure_future(Some(&event_loop))?.share_done_callback(&on_done) {
            left.borrow_mut().push_back(event_loop.create_future());
        }
    }
    let all = left.borrow().clone();
    if let Some(timeout) = timeout.into() {
        let time_out =
            move || left.take().iter().for_each(|future| _ = future.set_exception(Error::Timeout));
        timer.set(Some(CancelOnDrop(event_loop.call_later(timeout, time_out)?)));
    }
    Ok(all.into_iter())
}
