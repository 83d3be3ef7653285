//! What is measured. `compare.py` has the same for asyncio, under the same names.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use async_concepts::event_loop::{Error, EventLoop, Future, gather, sleep};

/// A callback schedules the next one, so that each runs in an iteration of its own.
pub fn call_soon_chain(event_loop: &EventLoop, count: u32) -> Result<(), Error> {
    fn link(event_loop: EventLoop, left: u32) -> Result<(), Error> {
        if left == 0 {
            event_loop.stop();
            return Ok(());
        }
        let next = event_loop.clone();
        event_loop.call_soon(move || link(next, left - 1)).map(drop)
    }
    link(event_loop.clone(), count)?;
    event_loop.run_forever()
}

/// All callbacks stand in the queue before the loop starts.
pub fn call_soon_preloaded(event_loop: &EventLoop, count: u32) -> Result<(), Error> {
    let ran = Rc::new(Cell::new(0));
    for _ in 0..count {
        let ran = ran.clone();
        event_loop.call_soon(move || ran.set(ran.get() + 1))?;
    }
    stop_soon(event_loop)?;
    event_loop.run_forever()?;
    assert_eq!(ran.get(), count);
    Ok(())
}

fn stop_soon(event_loop: &EventLoop) -> Result<(), Error> {
    let stopped = event_loop.clone();
    event_loop.call_soon(move || stopped.stop()).map(drop)
}

/// Timers that are cancelled as soon as they are set, a thousand to an iteration.
pub fn timers_cancelled(event_loop: &EventLoop, count: u32) -> Result<(), Error> {
    fn batch(event_loop: EventLoop, left: u32) -> Result<(), Error> {
        if left == 0 {
            event_loop.stop();
            return Ok(());
        }
        for second in 0..1000.min(left) {
            event_loop.call_later(Duration::from_secs(1 + u64::from(second)), || ())?.cancel();
        }
        let next = event_loop.clone();
        event_loop.call_soon(move || batch(next, left.saturating_sub(1000))).map(drop)
    }
    batch(event_loop.clone(), count)?;
    event_loop.run_forever()
}

/// All timers are set, then all cancelled, and then the loop makes one iteration.
pub fn timers_cancelled_together(event_loop: &EventLoop, count: u32) -> Result<(), Error> {
    let mut timers = vec![];
    for second in 0..count {
        let delay = Duration::from_secs(1 + u64::from(second % 1000));
        timers.push(event_loop.call_later(delay, || ())?);
    }
    for timer in &timers {
        timer.cancel();
    }
    stop_soon(event_loop)?;
    event_loop.run_forever()
}

/// Timers that are due at once, in the opposite order of their registration.
pub fn timers_fired(event_loop: &EventLoop, count: u32) -> Result<(), Error> {
    let left = Rc::new(Cell::new(count));
    let now = event_loop.time();
    for later in 0..count {
        let (left, event_loop) = (left.clone(), event_loop.clone());
        event_loop.clone().call_at(
            now + Duration::from_nanos(u64::from(count - later)),
            move || {
                left.set(left.get() - 1);
                if left.get() == 0 {
                    event_loop.stop();
                }
            },
        )?;
    }
    event_loop.run_forever()
}

/// One task awaits a future, a callback sets its result, and again.
pub fn hand_overs(event_loop: &EventLoop, count: u32) -> Result<(), Error> {
    let running = event_loop.clone();
    let sum = event_loop.run_until_complete(async move {
        let mut sum = 0;
        for number in 0..count {
            let future: Future<u64> = running.create_future();
            let setter = future.clone();
            running.call_soon(move || setter.set_result(number.into()))?;
            sum += future.await?;
        }
        Ok(sum)
    })?;
    assert_eq!(sum, (0..u64::from(count)).sum::<u64>());
    Ok(())
}

/// Tasks that each give way once, gathered.
pub fn gather_tasks(event_loop: &EventLoop, count: u32) -> Result<(), Error> {
    let results: Vec<u32> = event_loop.run_until_complete(async move {
        gather((0..count).map(|number| async move {
            sleep(Duration::ZERO).await?;
            Ok(number)
        }))?
        .await
    })?;
    assert_eq!(results.len(), count as usize);
    Ok(())
}

/// Functions that do nothing, on other threads.
pub fn executor_jobs(event_loop: &EventLoop, count: u32) -> Result<(), Error> {
    let running = event_loop.clone();
    event_loop.run_until_complete(async move {
        let jobs: Result<Vec<_>, _> =
            (0..count).map(|_| running.run_in_executor(None, || ())).collect();
        gather::<Vec<()>, _>(jobs?)?.await.map(drop)
    })
}
