//! Predict: work of 300 ms in a timeout of your own of 100 ms. How long will it take, and what
//! becomes of the work?
//!
//! A timeout is a race of the work and a timer. Which of the two should be looked at first?
//!
//! See `examples/futures/timeout.rs`, and the slide “A timeout cancels. What?”.
//!
//! Then try: say `slow` when the time is over, and give up only after three times the limit.
use async_concepts::{LaneExt, say};
use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

#[derive(Debug, PartialEq)]
struct Elapsed;

async fn work() -> u32 {
    sleep(ms(300)).await;
    say!("done");
    given(7)
}

async fn my_timeout<F: Future>(limit: Duration, work: F) -> Result<F::Output, Elapsed> {
    let mut work = pin!(work);
    let mut timer = pin!(sleep(limit));
    poll_fn(|context| {
        // TODO: end when the time is over.
        let _timer = timer.as_mut();
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Ok::<_, Elapsed>(output));
        }
        Poll::Pending
    })
    .await
}

async fn program() -> Result<u32, Elapsed> {
    my_timeout(ms(100), work().lane("work")).await
}

fn main() {
    workshop::show("my_timeout", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn with(limit: u64) -> Result<u32, Elapsed> {
        my_timeout(ms(limit), work().lane("work")).await
    }

    #[test]
    fn the_work_is_dropped_when_the_time_is_over() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the timer was never polled: the work ran to its end", |run| run.took(300))
            .mistake("the work was neither done nor dropped: it is still there", |run| {
                run.leaked("work")
            })
            .takes(100)
            .says(&[])
            .returns(Err(Elapsed))
            .holds("the work is dropped when the time is over", |run| run.dropped_at("work", 100))
            .verdict();
        workshop::scenario("the work takes 40 ms")
            .time(300, 40)
            .value(7_u32, 9)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("work that was quick enough was given up", |run| {
                run.output() == Some(&Err(Elapsed))
            })
            .takes(40)
            .returns(Ok(9))
            .verdict();
        // What chooses at random is right every second time.
        for _ in 0..20 {
            workshop::scenario("the work is done at the very moment at which the time is over")
                .attempt(|| with(300))
                .predicted(PREDICTION)
                .mistake(
                    "the timer was looked at first, and work that is done was thrown away",
                    |run| run.output() == Some(&Err(Elapsed)),
                )
                .takes(300)
                .returns(Ok(7))
                .verdict();
        }
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/my_timeout.rs"]
mod then_try;
