//! Smallest loop: a whole event loop is a queue, a waker, and a way to sleep.
//!
//! In Python: the same three are asyncio's deque of handles, `Future.set_result` and the selector.
//! No twin: Python's coroutines hand a future to their loop and know no wakers.
//! Look for: The loop polls what stands in the queue, and sleeps when the queue is empty. A future
//! that is pending is nowhere in the loop: only its waker, which the thread has, can bring it back.
//! `main` is the loop, which has the thread also while it is parked. Nothing tells the explorer of
//! its queue: there a future is ready from its first wake on, and not yet before its first poll.
//!
//!     cargo run --example smallest_loop
use async_concepts::{LaneExt, say, stage::Stage};
use futures::channel::oneshot;
use std::{
    collections::VecDeque,
    pin::Pin,
    process::ExitCode,
    sync::{Arc, Mutex},
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

// ANCHOR: smallest_loop
/// What is ready, and the thread that polls it.
struct Loop {
    ready: Mutex<VecDeque<Arc<Task>>>,
    thread: Thread,
}

/// A future, which is taken out once it is done, and the way back into the queue.
struct Task {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    home: Arc<Loop>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let home = self.home.clone();
        home.ready.lock().unwrap().push_back(self);
        home.thread.unpark();
    }
}

/// Polls the futures until all of them are done.
fn run(futures: Vec<Pin<Box<dyn Future<Output = ()> + Send>>>) {
    let mut unfinished = futures.len();
    let home = Arc::new(Loop { ready: Mutex::default(), thread: thread::current() });
    for future in futures {
        Arc::new(Task { future: Mutex::new(Some(future)), home: home.clone() }).wake();
    }
    while unfinished > 0 {
        let next = home.ready.lock().unwrap().pop_front();
        let Some(task) = next else {
            thread::park(); // nothing to do until a waker is called
            continue;
        };
        let waker = Waker::from(task.clone());
        let mut place = task.future.lock().unwrap();
        let Some(future) = place.as_mut() else { continue }; // woken once too often
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            *place = None;
            unfinished -= 1;
        }
    }
}
// ANCHOR_END: smallest_loop

// ANCHOR: tasks
async fn ask() {
    let (reply, answer) = oneshot::channel();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        reply.send("42").expect("A waits for it"); // this calls A's waker
    });
    say!("ask");
    say!("answer: {}", answer.await.expect("the thread does not panic"));
}

/// Pending once, and woken already.
async fn give_way() {
    let mut gave_way = false;
    let poll = |context: &mut Context<'_>| {
        if std::mem::replace(&mut gave_way, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    };
    std::future::poll_fn(poll).await;
}

async fn work(steps: u32) {
    for step in 1..=steps {
        say!("step {step}");
        give_way().await;
    }
}
// ANCHOR_END: tasks

pub fn smallest_loop() {
    run(vec![Box::pin(ask().lane("A")), Box::pin(work(3).lane("B")), Box::pin(work(2).lane("C"))]);
    say!("all done");
}

pub fn stage() -> Stage {
    Stage::of(include_str!("smallest_loop.rs"))
        .keeps_real_time("parks its thread, as a loop does that knows nothing of a clock")
        .blocking_scene("a queue, a waker, park", smallest_loop)
}

fn main() -> ExitCode {
    stage().run()
}
