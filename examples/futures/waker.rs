//! Waker: how a future says "poll me again". A leaf future by hand, and what goes wrong in it.
//!
//! In Python: a future calls back the step of its task, which keeps to one task for life.
//! No twin: a coroutine gets no waker; it is its task that is called again.
//! Look for: A bell rings at 1 s and wakes what waits for it. "first only" keeps the waker of the
//! first poll; when the future moves to another task, the wrong task is woken, and A hears of it
//! only at its deadline, two seconds late. A waker is four functions (clone, wake, wake by
//! reference, drop) and a pointer; `std::task::Wake` makes one of an `Arc`, as at `Count` below.
//!
//!     cargo run --example waker
use async_concepts::{LaneExt, say, stage::Stage};
use futures::{join, poll};
use std::{
    pin::Pin,
    process::ExitCode,
    sync::atomic::{AtomicU32, Ordering},
    sync::{Arc, Mutex},
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};
use tokio::time::{sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

/// Rings once; until then it keeps the waker of the future that waits for it.
#[derive(Default)]
pub struct Bell(Mutex<BellState>);

#[derive(Default)]
struct BellState {
    rung: bool,
    waker: Option<Waker>,
}

impl Bell {
    pub fn ring(&self) {
        let mut bell = self.0.lock().expect("no panic while it is locked");
        bell.rung = true;
        if let Some(waker) = bell.waker.take() {
            waker.wake(); // does not poll: it puts the task into its executor's queue
        }
    }
}

// ANCHOR: leaf
/// A leaf future: what all waiting comes down to.
pub struct Rung {
    pub bell: Arc<Bell>,
    /// A mistake: later polls may come from another task, with another waker.
    pub first_only: bool,
}

impl Future for Rung {
    type Output = ();

    // ANCHOR: poll
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut bell = self.bell.0.lock().expect("no panic while it is locked");
        if bell.rung {
            return Poll::Ready(());
        }
        if bell.waker.is_none() || !self.first_only {
            bell.waker = Some(cx.waker().clone()); // without this: pending for ever
        }
        Poll::Pending
    }
    // ANCHOR_END: poll
}
// ANCHOR_END: leaf

// ANCHOR: count
/// A waker of your own: it counts. An executor's puts a task into a queue.
#[derive(Default)]
pub struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

pub async fn by_hand() -> u32 {
    let bell = Arc::new(Bell::default());
    let mut rung = Box::pin(Rung { bell: bell.clone(), first_only: false });
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    let mut context = Context::from_waker(&waker);
    say!("ready: {}", rung.as_mut().poll(&mut context).is_ready());
    bell.ring();
    say!("woken: {} time", count.0.load(Ordering::Relaxed));
    say!("ready: {}", rung.as_mut().poll(&mut context).is_ready());
    count.0.load(Ordering::Relaxed)
}
// ANCHOR_END: count

// ANCHOR: moves
/// `main` polls the future once, and A awaits it: A's waker is the one that counts.
async fn moves(first_only: bool) {
    let bell = Arc::new(Bell::default());
    let mut rung = Box::pin(Rung { bell: bell.clone(), first_only });
    // ANCHOR: polled_twice
    let _ = poll!(rung.as_mut());
    let wait = async {
        match timeout(3 * SECOND, rung).await {
            Ok(()) => say!("heard it"),
            Err(_) => say!("heard nothing"),
        }
    };
    // ANCHOR_END: polled_twice
    // ANCHOR: ring
    let ring = async {
        sleep(SECOND).await;
        say!("rings");
        bell.ring();
    };
    // ANCHOR_END: ring
    let (_, a) = join!(ring.lane("bell"), tokio::spawn(wait.lane("A")));
    a.expect("it does not panic");
}

pub async fn each_poll() {
    moves(false).await;
}

pub async fn first_only() {
    moves(true).await;
}
// ANCHOR_END: moves

pub fn stage() -> Stage {
    Stage::of(include_str!("waker.rs"))
        .scene("by hand", by_hand)
        .scene("the waker of each poll", each_poll)
        .scene("first only", first_only)
        .variant_of("the waker of each poll")
}

fn main() -> ExitCode {
    stage().run()
}
