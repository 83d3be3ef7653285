//! State machine: what the compiler makes of a coroutine, written by hand. `async` saves you this.
//!
//! In Python: the generator-based coroutine, which should not be used any more either, see
//! `state_machine.py`.
//! Look for: The lane that was written with `async` and the one that was written without look the
//! same. Each state holds what is still needed after its wait. Return `Pending` without keeping the
//! waker, and the future is never polled again: the workshop's exercise `my_future` begins there,
//! and `pin` says why `Sleep` is boxed here.
//!
//!     cargo run --example state_machine
use async_concepts::{LaneExt, say, stage::Stage};
use futures::join;
use std::{
    pin::Pin,
    process::ExitCode,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

const SECOND: Duration = Duration::from_secs(1);

// ANCHOR: async
pub async fn two_steps() -> u32 {
    say!("begin");
    sleep(SECOND).await;
    say!("half-way");
    sleep(SECOND).await;
    say!("end");
    42
}
// ANCHOR_END: async

// ANCHOR: by_hand
/// A state for each place at which the coroutine can be left; in it, what it needs to go on from
/// there.
// ANCHOR: states
pub enum TwoSteps {
    Begin,
    First(Pin<Box<Sleep>>),
    Second(Pin<Box<Sleep>>),
    Done,
}
// ANCHOR_END: states

impl Future for TwoSteps {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        loop {
            // `ready!` is the `await`: if the sleep is not over, it leaves; the sleep has kept the
            // waker of `cx`.
            *self = match &mut *self {
                TwoSteps::Begin => {
                    say!("begin");
                    TwoSteps::First(Box::pin(sleep(SECOND)))
                }
                // ANCHOR: poll
                TwoSteps::First(timer) => {
                    ready!(timer.as_mut().poll(cx));
                    say!("half-way");
                    TwoSteps::Second(Box::pin(sleep(SECOND)))
                }
                TwoSteps::Second(timer) => {
                    ready!(timer.as_mut().poll(cx));
                    say!("end");
                    *self = TwoSteps::Done;
                    return Poll::Ready(42);
                }
                // ANCHOR_END: poll
                TwoSteps::Done => panic!("a future must not be polled after it is done"),
            }
        }
    }
}
// ANCHOR_END: by_hand

pub async fn state_machine() -> (u32, u32) {
    join!(two_steps().lane("async"), TwoSteps::Begin.lane("by-hand"))
}

pub fn stage() -> Stage {
    Stage::of(include_str!("state_machine.rs")).scene("state_machine", state_machine)
}

fn main() -> ExitCode {
    stage().run()
}
