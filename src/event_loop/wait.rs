//! Waiting: for a while, with a limit, for the first of many. All made of futures, timers and done callbacks.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future as StdFuture;
use std::rc::Rc;
use std::time::Duration;

use super::future::DoneCallback;
use super::handle::CancelOnDrop;
use super::task::GiveWay;
use super::{EnsureFuture, Error, EventLoop, Future, get_running_loop};

/// Waits for `delay`. Zero gives way to everything that is ready, once, without a timer. Cancelling or dropping it ends the
/// timer.
pub async fn sleep(delay: Duration) -> Result<(), Error> {
    let event_loop = get_running_loop()?;
    if delay.is_zero() {
        return GiveWay { event_loop, done: false }.await;
    }
    let future = event_loop.create_future();
    let _timer = release_later(&event_loop, delay, &future)?;
    future.await
}

/// Ends a plain wait, unless something else has.
fn release(waiter: &Future<()>) {
    if !waiter.done() {
        waiter.0.finish(super::future::State::Finished(Ok(())));
    }
}

fn release_later(event_loop: &EventLoop, delay: Duration, waiter: &Future<()>) -> Result<CancelOnDrop, Error> {
    let waiter = waiter.clone();
    event_loop.call_later(delay, move || release(&waiter)).map(CancelOnDrop)
}

/// Waits for `awaitable`, but no longer than `timeout`; then cancels it and gives [`Error::Timeout`].
///
/// As in CPython 3.11, it first waits until the cancelled task has really ended, which may take longer than the timeout, and a
/// task that refuses and returns a result has its result returned. Cancelling `wait_for` cancels what it waits for, too.
/// Dropping it does not: the task belongs to the loop.
pub async fn wait_for<E: EnsureFuture<Output: Clone + 'static>>(
    awaitable: E,
    timeout: impl Into<Option<Duration>>,
) -> Result<E::Output, Error> {
    let event_loop = get_running_loop()?;
    let future = awaitable.ensure_future(Some(&event_loop))?;
    let Some(timeout) = timeout.into() else { return future.await };
    let timed_out = |future: &Future<E::Output>| match future.result() {
        Err(Error::Cancelled) => Err(Error::Timeout),
        result => result,
    };
    if timeout.is_zero() {
        if future.done() {
            return future.result();
        }
        cancel_and_wait(&event_loop, &future).await?;
        return timed_out(&future);
    }

    let waiter = event_loop.create_future();
    let _timer = release_later(&event_loop, timeout, &waiter)?;
    let on_done = future.add_done_callback({
        let waiter = waiter.clone();
        move |_| release(&waiter)
    });
    let waited = waiter.await;
    if future.done() {
        return future.result();
    }
    future.remove_done_callback(&on_done);
    cancel_and_wait(&event_loop, &future).await?;
    waited.and_then(|()| timed_out(&future))
}

/// Cancels a future and waits until it is done. Not by awaiting it: then cancelling this wait would be taken for the future's
/// own end.
async fn cancel_and_wait<T: 'static>(event_loop: &EventLoop, future: &Future<T>) -> Result<(), Error> {
    let waiter = event_loop.create_future();
    let on_done = future.add_done_callback({
        let waiter = waiter.clone();
        move |_| release(&waiter)
    });
    future.cancel();
    let waited = waiter.await;
    future.remove_done_callback(&on_done);
    waited
}

/// A future that ends as `awaitable` does, but keeps a `cancel` to itself: the inner one runs on; `asyncio.shield`.
pub fn shield<E: EnsureFuture<Output: Clone + 'static>>(awaitable: E) -> Result<Future<E::Output>, Error> {
    let inner = awaitable.ensure_future(None)?;
    if inner.done() {
        return Ok(inner);
    }
    let outer = inner.get_loop().create_future();
    let on_inner_done = inner.add_done_callback({
        let outer = outer.clone();
        move |inner| {
            if inner.cancelled() {
                outer.cancel();
            } else if !outer.done() {
                outer.set(inner.result())?;
            }
            Ok(())
        }
    });
    outer.add_done_callback({
        let inner = inner.clone();
        move |_| {
            inner.remove_done_callback(&on_inner_done);
        }
    });
    Ok(outer)
}

/// When [`wait`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnWhen {
    /// As soon as one is done, in whatever way.
    FirstCompleted,
    /// As soon as one has failed, or all are done. A cancelled one has not failed.
    FirstException,
    /// When all are done.
    AllCompleted,
}

/// Waits for futures and gives `(done, pending)`, each in the order of the arguments.
///
/// Nothing is cancelled, and a timeout is no error: what is not done by then is pending. [`Error::NothingToWaitFor`] without
/// futures. Coroutines are not accepted, as in CPython: make tasks of them, or you could not tell which is done.
pub async fn wait<T: 'static, F: Into<Future<T>>>(
    futures: impl IntoIterator<Item = F>,
    timeout: impl Into<Option<Duration>>,
    return_when: ReturnWhen,
) -> Result<(Vec<Future<T>>, Vec<Future<T>>), Error> {
    let futures: Vec<Future<T>> = futures.into_iter().map(Into::into).collect();
    let event_loop = get_running_loop()?;
    let waiter = event_loop.create_future();
    let timer = timeout.into().map(|timeout| release_later(&event_loop, timeout, &waiter)).transpose()?;
    let unfinished = Rc::new(std::cell::Cell::new(0));
    let on_done = DoneCallback::new({
        let (waiter, unfinished) = (waiter.clone(), unfinished.clone());
        move |future: &Future<T>| {
            unfinished.set(unfinished.get() - 1);
            if unfinished.get() == 0
                || return_when == ReturnWhen::FirstCompleted
                || return_when == ReturnWhen::FirstException && matches!(future.exception(), Ok(Some(_)))
            {
                release(&waiter);
            }
            Ok(())
        }
    });
    for future in &futures {
        if future.share_done_callback(&on_done) {
            unfinished.set(unfinished.get() + 1);
        }
    }
    if unfinished.get() == 0 {
        return Err(Error::NothingToWaitFor);
    }
    let waited = waiter.await;
    drop(timer);
    for future in &futures {
        future.remove_done_callback(&on_done);
    }
    waited.map(|()| futures.into_iter().partition(Future::done))
}

/// Gives coroutines, as many as there are futures: the first to be awaited gives the result that is there first, and so on.
///
/// With a `timeout`, those that are still waiting then give [`Error::Timeout`]; nothing is cancelled.
pub fn as_completed<E: EnsureFuture<Output: Clone + 'static>>(
    awaitables: impl IntoIterator<Item = E>,
    timeout: impl Into<Option<Duration>>,
) -> Result<impl Iterator<Item = impl StdFuture<Output = Result<E::Output, Error>>>, Error> {
    let event_loop = get_running_loop()?;
    let completed = Rc::new(Completed { queue: RefCell::default(), getters: RefCell::default() });
    let todo = Rc::new(RefCell::new(Vec::new()));
    let timer = Rc::new(RefCell::new(None::<CancelOnDrop>));
    let on_done = DoneCallback::new({
        let (completed, todo, timer) = (completed.clone(), todo.clone(), timer.clone());
        move |future: &Future<E::Output>| {
            let mut todo = todo.borrow_mut();
            let place = todo.iter().position(|other: &Future<E::Output>| Rc::ptr_eq(&other.0, &future.0));
            let Some(place) = place else { return Ok(()) };
            todo.swap_remove(place);
            if todo.is_empty() {
                timer.take();
            }
            completed.put(Some(future.clone()));
            Ok(())
        }
    });
    for awaitable in awaitables {
        let future = awaitable.ensure_future(Some(&event_loop))?;
        if future.share_done_callback(&on_done) {
            todo.borrow_mut().push(future);
        }
    }
    let count = todo.borrow().len();
    if let Some(timeout) = timeout.into() {
        let completed = completed.clone();
        let on_timeout = move || {
            for future in todo.take() {
                future.remove_done_callback(&on_done);
                completed.put(None);
            }
        };
        *timer.borrow_mut() = Some(CancelOnDrop(event_loop.call_later(timeout, on_timeout)?));
    }
    Ok((0..count).map(move |_| {
        let (event_loop, completed) = (event_loop.clone(), completed.clone());
        async move { completed.get(&event_loop).await?.ok_or(Error::Timeout)?.result() }
    }))
}

/// What is done and not asked for yet, and those who ask and have to wait: an `asyncio.Queue`.
struct Completed<T> {
    queue: RefCell<VecDeque<Option<Future<T>>>>,
    getters: RefCell<VecDeque<Future<()>>>,
}

impl<T> Completed<T> {
    fn put(&self, future: Option<Future<T>>) {
        self.queue.borrow_mut().push_back(future);
        self.wake_next();
    }

    fn wake_next(&self) {
        while let Some(getter) = { self.getters.borrow_mut().pop_front() } {
            if !getter.done() {
                return release(&getter);
            }
        }
    }

    async fn get(&self, event_loop: &EventLoop) -> Result<Option<Future<T>>, Error> {
        loop {
            if let Some(next) = { self.queue.borrow_mut().pop_front() } {
                return Ok(next);
            }
            let getter = event_loop.create_future();
            self.getters.borrow_mut().push_back(getter.clone());
            if let Err(error) = getter.await {
                // Cancelled though it had been woken: the wakeup is passed on, or it would be lost.
                if !self.queue.borrow().is_empty() {
                    self.wake_next();
                }
                return Err(error);
            }
        }
    }
}
