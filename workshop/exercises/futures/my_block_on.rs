//! Predict: the bell is rung once, 20 ms after it has been listened to. How often will the future
//! be polled, and how long will that take on the virtual clock?
//!
//! An executor in twenty lines: poll; if it is not ready, let the thread sleep until the waker is
//! called; poll again.
//!
//! See `examples/event_loop/hello_world.rs`, and the slide “What `async` saves us”.
//!
//! Then try: `park` may return without a reason. Keep a flag in the waker, and poll only if it was
//! woken.
use async_concepts::{LaneExt, say};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use tokio::sync::oneshot;
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn my_block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        // TODO: poll again only when the waker was called, and sleep until then.
    }
}

/// A thread rings 20 ms after the bell has been listened to. Returns how often that was.
async fn visit() -> u32 {
    let (ring, mut bell) = oneshot::channel();
    let (listening, listened) = mpsc::channel();
    thread::spawn(move || {
        listened.recv().expect("the bell is listened to");
        thread::sleep(ms(20));
        ring.send(()).expect("it is still listened to");
    });
    let mut polls = 0;
    let listen = poll_fn(|context| {
        polls += 1;
        let rung = pin!(&mut bell).poll(context);
        if polls == 1 {
            say!("listening");
            listening.send(()).expect("a thread will ring");
        }
        rung
    });
    my_block_on(listen.lane("bell")).expect("it is rung");
    polls
}

fn main() {
    workshop::show("my_block_on", PREDICTION, visit);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Rings so many times, each time when it has been asked for that. Returns how often it was
    /// polled.
    async fn rings(times: u32) -> u32 {
        let rung = Arc::new(AtomicU32::new(0));
        let (ask, asked) = mpsc::channel::<Waker>();
        let ringer = rung.clone();
        thread::spawn(move || {
            for waker in asked {
                ringer.fetch_add(1, Ordering::SeqCst);
                waker.wake();
            }
        });
        let (mut polls, mut asks) = (0, 0);
        my_block_on(poll_fn(|context| {
            polls += 1;
            let rung = rung.load(Ordering::SeqCst);
            if rung == times {
                return Poll::Ready(());
            }
            if asks == rung {
                asks += 1;
                ask.send(context.waker().clone()).expect("the ringer listens");
            }
            Poll::Pending
        }));
        polls
    }

    #[test]
    fn a_future_is_polled_once_and_then_once_for_each_wake() {
        const TOO_OFTEN: &str = "it polled although no wake had come";
        workshop::attempt(visit)
            .predicted(PREDICTION)
            .may_sleep()
            .mistake(TOO_OFTEN, |run| run.output().is_some_and(|polls| *polls > 2))
            .blocks("it slept before the first poll, when nothing had its waker", |run| {
                !run.said("listening")
            })
            .blocks(
                "the bell was rung, and the thread slept on: the waker has to end its sleep",
                |run| run.said("listening"),
            )
            .panics("it gave up: `Pending` means later, not never", "unreachable")
            .returns(2)
            .verdict();
        workshop::scenario("the bell is rung after 300 ms")
            .time(20, 300)
            .attempt(visit)
            .predicted(PREDICTION)
            .may_sleep()
            .mistake(TOO_OFTEN, |run| run.output().is_some_and(|polls| *polls > 2))
            .returns(2)
            .verdict();
        workshop::scenario("a future that has to be woken ten times")
            .attempt(|| rings(10))
            .predicted(PREDICTION)
            .may_sleep()
            .mistake(TOO_OFTEN, |run| run.output().is_some_and(|polls| *polls > 11))
            .returns(11)
            .verdict();
        workshop::scenario("a future that is ready at once")
            .attempt(|| rings(0))
            .predicted(PREDICTION)
            .may_sleep()
            .returns(1)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/my_block_on.rs"]
mod then_try;
