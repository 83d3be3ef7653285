//! Predict: the bell is rung once, 20 ms after somebody listens. How often will the future be polled?
//!
//! An executor in twenty lines: poll; if it is not ready, let the thread sleep until the waker is rung; poll again.
//!
//! Then try: run two futures on it, in turn, each with a waker of its own, and poll only the one that has been woken.
use async_concepts::{LaneExt, say};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use tokio::sync::oneshot;
use workshop::ms;

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
        // TODO: poll again only when the waker has been rung, and sleep until then.
    }
}

/// Somebody rings 20 ms after the bell has been listened to. Returns how often that was.
async fn visit() -> u32 {
    let (ring, mut bell) = oneshot::channel();
    let (listening, listened) = mpsc::channel();
    thread::spawn(move || {
        listened.recv().expect("somebody listens");
        thread::sleep(ms(20));
        ring.send(()).expect("somebody still listens");
    });
    let mut polls = 0;
    let listen = poll_fn(|context| {
        polls += 1;
        let rung = pin!(&mut bell).poll(context);
        if polls == 1 {
            say!("listening");
            listening.send(()).expect("somebody will ring");
        }
        rung
    });
    my_block_on(listen.lane("bell")).expect("it is rung");
    polls
}

fn main() {
    workshop::show("my_block_on", visit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_is_polled_once_and_then_once_for_each_wake() {
        workshop::attempt(visit)
            .mistake("it polled although nobody had been woken", |run| run.output().is_some_and(|polls| *polls > 2))
            .mistake("it slept before the first poll, when nobody had its waker", |run| run.blocked() && !run.said(""))
            .mistake("it was never woken: its waker does not reach the thread", |run| run.blocked())
            .mistake("it gave up: `Pending` means later, not never", |run| run.panicked_with(""))
            .returns(2)
            .verdict();
    }
}
