//! What it costs that a lane knows where it waits: to register a waker, so many boxed futures deep.
//!
//! Two runs do the same, but for one thing: in one the leaf keeps a new clone of its waker at each
//! poll, and in the other it has one already. The difference is a registration: the walk up the
//! stack, and what is kept of it.
use async_concepts::{LaneExt, timeline::Recorder};
use std::{
    cell::RefCell,
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Poll, Waker},
    time::{Duration, Instant},
};
use tokio::task::{LocalSet, yield_now};

/// Fewer than would fill a recording: each poll is three events.
const POLLS: u32 = 10_000;
const ROUNDS: usize = 7;

/// Where the leaf keeps its waker, and another task finds it.
type Slot = Rc<RefCell<Option<Waker>>>;

/// Waits once more at each poll.
async fn leaf(slot: Slot, anew: bool) {
    let mut left = POLLS;
    poll_fn(move |cx| {
        let mut kept = slot.borrow_mut();
        if anew || kept.is_none() {
            *kept = Some(cx.waker().clone());
        }
        left -= 1;
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

fn boxed(depth: u32, slot: Slot, anew: bool) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        if depth == 0 { leaf(slot, anew).await } else { boxed(depth - 1, slot, anew).await }
    })
}

/// How long a poll takes, all in all.
fn time_of_a_poll(depth: u32, anew: bool) -> Duration {
    let run = Recorder::new("registrations").record(move || async move {
        let slot = Slot::default();
        let tasks = LocalSet::new();
        let lane = tasks.spawn_local(boxed(depth, slot.clone(), anew).lane("A"));
        tasks.spawn_local(async move {
            loop {
                if let Some(waker) = &*slot.borrow() {
                    waker.wake_by_ref();
                }
                yield_now().await;
            }
        });
        let begin = Instant::now();
        tasks.run_until(lane).await.expect("it does not panic");
        begin.elapsed() / POLLS
    });
    run.output()
}

fn best(depth: u32, anew: bool) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        best = best.min(time_of_a_poll(depth, anew));
    }
    best
}

fn main() {
    println!("boxed futures   a poll   with a registration   the registration");
    for depth in [0, 16, 60] {
        let (kept, anew) = (best(depth, false), best(depth, true));
        let registration = anew.saturating_sub(kept);
        println!("{depth:13}{kept:9.2?}{anew:22.2?}{registration:19.2?}");
    }
}
