//! Predict: a job of ten steps of 20 ms runs on a thread, and its handle is aborted after 50 ms.
//! How many steps will be done 250 ms later, and how long will the program have taken?
//!
//! `abort` stops a task at its next `.await`. A closure on a thread has none, so it goes on to its
//! end. `on_thread("job", …)` wraps the closure so that its time is seen.
//!
//! See `examples/executors/spawn_blocking.rs`, and the slide “A thread of its own”.
//!
//! Then try: let the job be stopped when its caller is dropped, too, and say `stopped`: put the
//! flag behind a guard.
use async_concepts::{block, on_thread};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::{task::spawn_blocking, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

/// Ten steps, unless it is told to stop.
fn job(stop: &AtomicBool, done: &AtomicU64) {
    for _ in 0..10 {
        let _ = stop; // can be looked at between two steps
        block(ms(20));
        done.fetch_add(1, Ordering::SeqCst);
    }
}

/// How many steps are done after 300 ms, if the job is stopped after 50.
async fn program() -> u64 {
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let (their_stop, their_done) = (stop.clone(), done.clone());
    let handle = spawn_blocking(on_thread("job", move || job(&their_stop, &their_done)));
    sleep(ms(given(50))).await;
    // TODO: the job goes on all the same.
    handle.abort();
    sleep(ms(250)).await;
    done.load(Ordering::SeqCst)
}

fn main() {
    workshop::show("stop_the_job", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_is_told_to_stop_does_so_after_its_step() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .mistake("the job went on to its end: `abort` does not stop a thread", |run| {
                run.output() == Some(&10)
            })
            .mistake("the job was stopped before it had done what it could", |run| {
                run.output().is_some_and(|done| *done < 3)
            })
            .returns(3)
            .verdict();
        workshop::scenario("it is stopped after 90 ms")
            .value(50_u64, 90)
            .attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .mistake("the job stopped at a step of its own, not when it was told to", |run| {
                run.output() == Some(&3)
            })
            .returns(5)
            .verdict();
        workshop::scenario("it is stopped after 1000 ms, when it is done")
            .value(50_u64, 1000)
            .attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .returns(10)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/stop_the_job.rs"]
mod then_try;
