//! As completed: the results of many, in the order in which they come.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future as StdFuture;
use std::rc::Rc;
use std::time::Duration;

use super::EnsureFuture;
use super::wait::each_once;
use crate::event_loop::{
    DoneCallback, Error, EventLoop, Future, Result, TimerHandle, get_running_loop,
};

/// Gives as many coroutines as there are different awaitables. Each of them, when it is awaited,
/// gives the next result that no other of them has taken.
///
/// When `timeout` is over, [`Error::Timeout`] takes the place of each result that has not come;
/// nothing is cancelled. A coroutine that is cancelled or dropped takes no result with it: the next
/// coroutine gets the result. [`Error::NoRunningLoop`] if no loop runs on this thread,
/// [`Error::OtherLoop`] for a future of another loop.
#[track_caller]
pub fn as_completed<E: EnsureFuture<Output: Clone + 'static>>(
    awaitables: impl IntoIterator<Item = E>,
    timeout: impl Into<Option<Duration>>,
) -> Result<impl Iterator<Item = impl StdFuture<Output = Result<E::Output>> + 'static>> {
    let event_loop = get_running_loop()?;
    let futures = each_once(awaitables, &event_loop)?;
    let count = futures.len();
    let completed = Rc::new(Completed {
        event_loop: event_loop.clone(),
        done: RefCell::default(),
        getters: RefCell::default(),
        unfinished: Cell::new(count),
        timer: Cell::default(),
    });
    let shared = completed.clone();
    let on_done = DoneCallback::new(move |future: &Future<E::Output>| {
        shared.note_done(future);
        Ok(())
    });
    for future in &futures {
        future.share_done_callback(&on_done);
    }
    if let Some(timeout) = timeout.into()
        && count > 0
    {
        let shared = completed.clone();
        let timer = event_loop.call_later(timeout, move || {
            for future in futures {
                future.remove_done_callback(&on_done);
            }
            shared.time_is_up();
        })?;
        completed.timer.set(Some(timer));
    }
    Ok((0..count).map(move |_| next_result(completed.clone())))
}

/// The results that have come, and the coroutines that wait for one. asyncio has a `Queue` for
/// this; we have two lists, which saves a class that the rest of the loop does not need.
struct Completed<T: 'static> {
    /// Where each wait for a result makes its future.
    event_loop: EventLoop,
    /// Futures that are done and were not given out. `None` stands for one whose time was up.
    done: RefCell<VecDeque<Option<Future<T>>>>,
    /// The waits for a result, in the order in which they began.
    getters: RefCell<VecDeque<Future<()>>>,
    /// How many futures have neither ended nor run out of time.
    unfinished: Cell<usize>,
    /// The time limit, to be cancelled when the last future has ended.
    timer: Cell<Option<TimerHandle>>,
}

impl<T> Completed<T> {
    /// The done callback of each future.
    fn note_done(&self, future: &Future<T>) {
        if self.unfinished.get() == 0 {
            return; // the time was up before
        }
        self.unfinished.set(self.unfinished.get() - 1);
        self.put(Some(future.clone()));
        if self.unfinished.get() == 0
            && let Some(timer) = self.timer.take()
        {
            timer.cancel();
        }
    }

    /// Gives each future that has not ended a place among the results, as a timeout.
    fn time_is_up(&self) {
        for _ in 0..self.unfinished.take() {
            self.put(None);
        }
    }

    /// Adds a result, and wakes the first wait for one.
    fn put(&self, future: Option<Future<T>>) {
        self.done.borrow_mut().push_back(future);
        self.wake_next();
    }

    /// Wakes the first wait that has not ended. The wait takes its result when it runs, not here.
    fn wake_next(&self) {
        loop {
            let getter = self.getters.borrow_mut().pop_front();
            match getter {
                // A wait that was cancelled wants no result any more.
                Some(getter) if getter.done() => {}
                Some(getter) => {
                    // Not refused: the arm above has taken the waits that are done.
                    let _ = getter.set_result(());
                    return;
                }
                None => return,
            }
        }
    }
}

/// What each of the coroutines does. A loop, because another coroutine may take the result between
/// the wake and the step that it causes.
async fn next_result<T: Clone>(completed: Rc<Completed<T>>) -> Result<T> {
    loop {
        let next = completed.done.borrow_mut().pop_front();
        match next {
            Some(Some(future)) => return future.result(),
            Some(None) => return Err(Error::Timeout),
            None => {}
        }
        let getter = completed.event_loop.create_future();
        completed.getters.borrow_mut().push_back(getter.clone());
        let waiting = Waiting { completed: &completed, getter: &getter, is_over: false };
        waiting.wait().await?;
    }
}

/// A wait for the next result. If it is cancelled or dropped after it was woken for a result, the
/// next wait gets that result.
struct Waiting<'a, T: 'static> {
    /// Where the results come, and where this wait has its place among others.
    completed: &'a Completed<T>,
    /// Its place among `getters`.
    getter: &'a Future<()>,
    /// The coroutine goes on after the wake and takes the result: there is nothing to hand on.
    is_over: bool,
}

impl<T> Waiting<'_, T> {
    async fn wait(mut self) -> Result<()> {
        self.getter.clone().await?;
        self.is_over = true;
        Ok(())
    }
}

impl<T> Drop for Waiting<'_, T> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        self.getter.cancel();
        self.completed.getters.borrow_mut().retain(|other| other.0.key != self.getter.0.key);
        // If the `cancel` above came too late, this wait had been woken for a result, and ended
        // before it could take the result. The next wait gets that result, if it is still there.
        if !self.getter.cancelled() && !self.completed.done.borrow().is_empty() {
            self.completed.wake_next();
        }
    }
}
