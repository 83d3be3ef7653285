//! Predict: which of the three callbacks will be called, when, and in which order?
//!
//! In asyncio, `call_later` returns a `TimerHandle` with a method `cancel`.
//!
//! See `examples/event_loop/cancel_handle.rs`, and the slide “To cancel a call”.
//!
//! Then try: cancel b at 250 ms instead, when it has been called already. Is that an error?
use async_concepts::{LaneExt, say};
use tokio::{spawn, task::JoinHandle, time::sleep};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

fn call_later(delay: u64, name: &str) -> JoinHandle<()> {
    let callback = async move {
        sleep(ms(delay)).await;
        say!("called");
    };
    spawn(callback.lane(name))
}

async fn program() {
    let a = call_later(300, "a");
    let b = call_later(200, "b");
    let c = call_later(100, "c");
    sleep(ms(150)).await;
    say!("cancel b");
    // TODO: b is called all the same.
    drop(b);
    c.await.expect("c is called");
    a.await.expect("a is called");
}

fn main() {
    workshop::show("call_later_cancel", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_that_is_cancelled_in_time_is_not_called() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("b was cancelled when it had been called already", |run| {
                run.said_in_order(&["0.200 b called", "cancel b"])
            })
            .mistake(
                "b was called all the same: the runtime owns the task, not the holder of its \
                 handle",
                |run| run.said("0.200 b called"),
            )
            .mistake("a was cancelled as well", |run| !run.said("a called"))
            .panics(
                "a task that is cancelled gives an error to the one that awaits it",
                "Cancelled",
            )
            .takes(300)
            .says(&["0.100 c called", "0.150 main cancel b", "0.300 a called"])
            .verdict();
        workshop::scenario("c is due after a")
            .time(100, 350)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(350)
            .says(&["0.150 main cancel b", "0.300 a called", "0.350 c called"])
            .verdict();
        workshop::scenario("b would be due one millisecond after it is cancelled")
            .time(200, 151)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("b was called all the same", |run| run.said("b called"))
            .takes(300)
            .says(&["0.100 c called", "0.150 main cancel b", "0.300 a called"])
            .verdict();
    }

    #[test]
    fn what_is_cancelled_is_called_in_no_schedule() {
        workshop::every_schedule(program)
            .predicted(PREDICTION)
            .holds("a and c are called, and b is not", |run| {
                let called = |name: &str| run.transcript().iter().any(|line| line.ends_with(name));
                called("a called") && called("c called") && !called("b called")
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/call_later_cancel.rs"]
mod then_try;
