//! The same works on tokio's `LocalSet` and on smol's `LocalExecutor`, as far as these can do them:
//! neither has callbacks, so where asyncio calls a function they start a task.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use futures::future::{FutureExt, join_all};
use smol::LocalExecutor;
use tokio::sync::oneshot;
use tokio::task::{JoinSet, LocalSet, spawn_blocking, spawn_local, yield_now};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// Runs one of the works below in a `LocalSet`.
pub fn on_local_set(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("there are files left").block_on(LocalSet::new().run_until(work));
}

/// A queue of boxed closures and nothing else: the least that could run a chain of calls.
pub fn bare_queue_chain(count: u32) {
    type Queue = std::cell::RefCell<VecDeque<Box<dyn FnOnce()>>>;
    fn link(queue: Rc<Queue>, left: u32) {
        if left > 0 {
            let next = queue.clone();
            queue.borrow_mut().push_back(Box::new(move || link(next, left - 1)));
        }
    }
    let queue = Rc::new(Queue::default());
    link(queue.clone(), count);
    loop {
        let next = queue.borrow_mut().pop_front();
        match next {
            Some(call) => call(),
            None => break,
        }
    }
}

pub async fn chain_on_local_set(count: u32) {
    fn link(left: u32, done: oneshot::Sender<()>) {
        if left == 0 {
            done.send(()).expect("it is awaited");
        } else {
            spawn_local(async move { link(left - 1, done) });
        }
    }
    let (done, end) = oneshot::channel();
    link(count, done);
    end.await.expect("the chain ends");
}

pub async fn preloaded_on_local_set(count: u32) {
    let ran = Rc::new(Cell::new(0));
    for _ in 0..count {
        let ran = ran.clone();
        spawn_local(async move { ran.set(ran.get() + 1) });
    }
    spawn_local(async {}).await.expect("it does not panic");
    assert_eq!(ran.get(), count);
}

/// A timer of tokio's is set when it is polled.
fn set(timer: &mut Pin<Box<Sleep>>) {
    assert!(timer.as_mut().now_or_never().is_none());
}

pub async fn cancelled_on_local_set(count: u32) {
    for _ in 0..count / 1000 {
        for second in 0..1000 {
            set(&mut Box::pin(sleep(Duration::from_secs(1 + second))));
        }
        yield_now().await;
    }
}

pub async fn cancelled_together_on_local_set(count: u32) {
    let mut timers = Vec::new();
    for second in 0..u64::from(count) {
        let mut timer = Box::pin(sleep(Duration::from_secs(1 + second % 1000)));
        set(&mut timer);
        timers.push(timer);
    }
    drop(timers);
    yield_now().await;
}

pub async fn fired_on_local_set(count: u32) {
    let now = Instant::now();
    let mut tasks = JoinSet::new();
    for later in 0..count {
        let when = now + Duration::from_nanos(u64::from(count - later));
        tasks.spawn_local(async move { sleep_until(when).await });
    }
    while tasks.join_next().await.is_some() {}
}

pub async fn hand_overs_on_local_set(count: u32) {
    let mut sum = 0;
    for number in 0..u64::from(count) {
        let (sender, receiver) = oneshot::channel();
        spawn_local(async move { sender.send(number) });
        sum += receiver.await.expect("it is sent");
    }
    assert_eq!(sum, (0..u64::from(count)).sum::<u64>());
}

pub async fn gather_on_local_set(count: u32) {
    let tasks: Vec<_> = (0..count)
        .map(|number| {
            spawn_local(async move {
                yield_now().await;
                number
            })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("it does not panic"));
    }
    assert_eq!(results.len(), count as usize);
}

pub async fn jobs_on_local_set(count: u32) {
    let jobs: Vec<_> = (0..count).map(|_| spawn_blocking(|| ())).collect();
    for job in jobs {
        job.await.expect("it does not panic");
    }
}

pub fn chain_on_smol(count: u32) {
    fn link(executor: Rc<LocalExecutor<'static>>, left: u32, done: oneshot::Sender<()>) {
        if left == 0 {
            done.send(()).expect("it is awaited");
            return;
        }
        let next = executor.clone();
        executor.spawn(async move { link(next, left - 1, done) }).detach();
    }
    let executor = Rc::new(LocalExecutor::new());
    let (done, end) = oneshot::channel();
    link(executor.clone(), count, done);
    smol::block_on(executor.run(end)).expect("the chain ends");
}

pub fn preloaded_on_smol(count: u32) {
    let executor = LocalExecutor::new();
    let ran = Rc::new(Cell::new(0));
    for _ in 0..count {
        let ran = ran.clone();
        executor.spawn(async move { ran.set(ran.get() + 1) }).detach();
    }
    let last = executor.spawn(async {});
    smol::block_on(executor.run(last));
    assert_eq!(ran.get(), count);
}

pub fn hand_overs_on_smol(count: u32) {
    let executor = LocalExecutor::new();
    let sum = smol::block_on(executor.run(async {
        let mut sum = 0;
        for number in 0..u64::from(count) {
            let (sender, receiver) = oneshot::channel();
            executor.spawn(async move { sender.send(number) }).detach();
            sum += receiver.await.expect("it is sent");
        }
        sum
    }));
    assert_eq!(sum, (0..u64::from(count)).sum::<u64>());
}

/// Ready the second time it is polled.
async fn give_way() {
    let mut gave_way = false;
    poll_fn(|context| {
        if std::mem::replace(&mut gave_way, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

pub fn gather_on_smol(count: u32) {
    let executor = LocalExecutor::new();
    let results = smol::block_on(executor.run(async {
        let tasks: Vec<_> = (0..count)
            .map(|number| {
                executor.spawn(async move {
                    give_way().await;
                    number
                })
            })
            .collect();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await);
        }
        results
    }));
    assert_eq!(results.len(), count as usize);
}

pub fn jobs_on_smol(count: u32) {
    let executor = LocalExecutor::new();
    let jobs = (0..count).map(|_| smol::unblock(|| ()));
    smol::block_on(executor.run(join_all(jobs)));
}
