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

/// Gives as many coroutines as there are different awaitables. Each, when it is awaited, gives the
/// next result that no other has taken.
///
/// When `timeout` is over, those that are left give [`Error::Timeout`]; nothing is cancelled. A
/// coroutine that is cancelled or dropped takes no result with it: the next one gets that.
/// [`Error::NoRunningLoop`] if none runs, [`Error::OtherLoop`] for a future of another loop.
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
        shared.is_done(future);
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

/// What asyncio has a `Queue` for.
struct Completed<T: 'static> {
    /// Where each wait for a result makes its future.
    event_loop: EventLoop,
    /// Those that are done and were not given out. `None`: the time was up.
    done: RefCell<VecDeque<Option<Future<T>>>>,
    /// What waits for them, first come, first served.
    getters: RefCell<VecDeque<Future<()>>>,
    /// How many have neither ended nor run out of time.
    unfinished: Cell<usize>,
    /// To be cancelled when the last has ended.
    timer: Cell<Option<TimerHandle>>,
}

impl<T> Completed<T> {
    fn is_done(&self, future: &Future<T>) {
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

    fn time_is_up(&self) {
        for _ in 0..self.unfinished.take() {
            self.put(None);
        }
    }

    fn put(&self, future: Option<Future<T>>) {
        self.done.borrow_mut().push_back(future);
        self.wake_next();
    }

    fn wake_next(&self) {
        loop {
            let getter = self.getters.borrow_mut().pop_front();
            match getter {
                // One that was cancelled does not want it any more.
                Some(getter) if getter.done() => {}
                Some(getter) => {
                    let _ = getter.set_result(());
                    return;
                }
                None => return,
            }
        }
    }
}

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
        let waiting = Waiting { completed: &completed, getter: &getter, was_woken: false };
        waiting.wait().await?;
    }
}

/// A wait for the next result. If it ends in any other way than by getting one, it lets the next
/// one have it.
struct Waiting<'a, T: 'static> {
    /// What it stands in line at.
    completed: &'a Completed<T>,
    /// Its place in that line.
    getter: &'a Future<()>,
    /// The wait has ended as it should, and there is nothing to hand on.
    was_woken: bool,
}

impl<T> Waiting<'_, T> {
    async fn wait(mut self) -> Result<()> {
        self.getter.clone().await?;
        self.was_woken = true;
        Ok(())
    }
}

impl<T> Drop for Waiting<'_, T> {
    fn drop(&mut self) {
        if self.was_woken {
            return;
        }
        self.getter.cancel();
        self.completed.getters.borrow_mut().retain(|other| other.0.key != self.getter.0.key);
        // It had been woken for a result, but was cancelled before it could take that.
        if !self.getter.cancelled() && !self.completed.done.borrow().is_empty() {
            self.completed.wake_next();
        }
    }
}
