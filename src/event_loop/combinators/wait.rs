//! Wait: until some or all of several futures are done.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use super::sleep::{release, release_later};
use crate::event_loop::{
    DoneCallback, EnsureFuture, Error, EventLoop, Future, Result, get_running_loop,
};

/// When [`wait`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnWhen {
    /// As soon as one future is done: with a result, with an exception, or cancelled.
    FirstCompleted,
    /// As soon as one future ends with an exception, or all are done. A cancellation does not count
    /// as an exception.
    FirstException,
    /// When all are done.
    AllCompleted,
}

/// Waits for futures and gives those that are done and those that are pending, each in the order of
/// the arguments.
///
/// Nothing is cancelled, and running out of time is no error. [`Error::NothingToWaitFor`] without
/// futures, [`Error::OtherLoop`] if a future belongs to another loop (CPython would wait for that
/// future for ever). As in CPython, coroutines are not accepted: make tasks from them, or you
/// cannot tell which is done. Dropping this ends the wait, and nothing else.
pub async fn wait<T: 'static>(
    futures: impl IntoIterator<Item = Future<T>>,
    timeout: impl Into<Option<Duration>>,
    return_when: ReturnWhen,
) -> Result<(Vec<Future<T>>, Vec<Future<T>>)> {
    let event_loop = get_running_loop()?;
    let all = each_once(futures, &event_loop)?;
    if all.is_empty() {
        return Err(Error::NothingToWaitFor);
    }
    let waiter = event_loop.create_future();
    let timer = match timeout.into() {
        Some(timeout) => Some(release_later(&event_loop, timeout, &waiter)?),
        None => None,
    };
    let unfinished = Rc::new(Cell::new(all.len()));
    let on_done = DoneCallback::new({
        let waiter = waiter.clone();
        move |future: &Future<T>| {
            unfinished.set(unfinished.get() - 1);
            // The last future is not asked for its exception, because asking would mark the
            // exception as retrieved. As in asyncio, that is left to the caller.
            let is_last = unfinished.get() == 0;
            let is_enough = is_last
                || match return_when {
                    ReturnWhen::FirstCompleted => true,
                    ReturnWhen::FirstException => matches!(future.exception(), Ok(Some(_))),
                    ReturnWhen::AllCompleted => false,
                };
            if is_enough {
                release(&waiter);
            }
            Ok(())
        }
    });
    for future in &all {
        future.share_done_callback(&on_done);
    }
    let callbacks = RemoveOnDrop { futures: &all, callback: &on_done };
    event_loop.0.observers.stands_for(&waiter, &all);
    let waited = waiter.await;
    drop((timer, callbacks));
    waited?;
    Ok(all.into_iter().partition(Future::done))
}

/// The futures, and tasks made of the coroutines, in the order of the arguments. A future that was
/// given twice comes once. asyncio makes a set of them, in the order of addresses; with our order
/// each run is the same.
pub(super) fn each_once<E: EnsureFuture<Output: 'static>>(
    awaitables: impl IntoIterator<Item = E>,
    event_loop: &EventLoop,
) -> Result<Vec<Future<E::Output>>> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    for awaitable in awaitables {
        let future = awaitable.ensure_future(Some(event_loop))?;
        if seen.insert(Rc::as_ptr(&future.0)) {
            all.push(future);
        }
    }
    Ok(all)
}

/// Takes a callback back from several futures at the end of its scope.
struct RemoveOnDrop<'a, T: 'static> {
    /// The futures that have the callback.
    futures: &'a [Future<T>],
    /// The callback, one for all of them.
    callback: &'a DoneCallback<T>,
}

impl<T> Drop for RemoveOnDrop<'_, T> {
    fn drop(&mut self) {
        for future in self.futures {
            future.remove_done_callback(self.callback);
        }
    }
}
