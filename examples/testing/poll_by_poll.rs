//! Poll by poll: a test that says exactly when a future is woken, without a runtime.
//!
//! In Python: a coroutine can be driven by `send(None)`, but says nothing of wakes.
//! No twin: asyncio's futures belong to a loop, which has to run.
//! Look for: A gate lets in two at a time. A test polls three futures by hand with
//! `tokio_test::task::spawn` and says which is pending, which is woken, and that a future that is
//! dropped in the queue passes its turn on. The run below shows the gate in time: that is what the
//! explorer steps through, and not the test.
//!
//!     cargo run --example poll_by_poll
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::join;
use std::{process::ExitCode, time::Duration};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::sleep,
};

// ANCHOR: gate
/// Lets in two at a time, in the order in which they came.
pub struct Gate(Semaphore);

impl Gate {
    pub fn for_two() -> Gate {
        Gate(Semaphore::new(2))
    }

    pub async fn enter(&self) -> SemaphorePermit<'_> {
        self.0.acquire().await.expect("it is never closed")
    }
}
// ANCHOR_END: gate

// ANCHOR: test
// What the test of it looks like, which is not run below;
// it stands in `tests/examples/testing.rs`, too:
//
//     let gate = Gate::for_two();
//     let first = assert_ready!(task::spawn(gate.enter()).poll());
//     let _second = assert_ready!(task::spawn(gate.enter()).poll());
//     let mut third = task::spawn(gate.enter());
//     assert_pending!(third.poll());
//     assert!(!third.is_woken());
//     drop(first);
//     assert!(third.is_woken()); // woken, and not polled yet
//     let _third = assert_ready!(third.poll());
// ANCHOR_END: test

async fn visit(gate: &Gate) {
    let _inside = gate.enter().await;
    say!("enters");
    sleep(Duration::from_millis(100)).await;
    say!("leaves");
}

pub async fn poll_by_poll() {
    let gate = Gate::for_two();
    join!(visit(&gate).lane("A"), visit(&gate).lane("B"), visit(&gate).lane("C"));
}

fn at_most_two_inside(run: &SceneRun) -> bool {
    let mut inside = 0;
    for line in run.lines() {
        inside += if line.text == "enters" { 1 } else { -1 };
        if inside > 2 {
            return false;
        }
    }
    true
}

pub fn stage() -> Stage {
    Stage::of(include_str!("poll_by_poll.rs"))
        .scene("poll_by_poll", poll_by_poll)
        .must_hold("at most two are inside", at_most_two_inside)
}

fn main() -> ExitCode {
    stage().run()
}
