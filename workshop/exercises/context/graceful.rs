//! Predict: jobs of 100 ms, cancelled at 250 ms, and flushing takes 20 ms. When is the worker done,
//! with how many jobs?
//!
//! A `CancellationToken` asks a task to stop, and lets it decide how; `abort` would not ask.
//!
//! See `examples/cancellation/cooperative.rs`, and the slide “Cancelling, as tokio does it”.
//!
//! Then try: let the worker finish the job that it is in, but for 30 ms at most.
use async_concepts::{LaneExt, say};
use tokio::{spawn, time::sleep};
use tokio_util::sync::CancellationToken;
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn job() {
    sleep(ms(100)).await;
}

/// Works until the token is cancelled. Returns how many jobs are done, and flushed.
async fn work(token: CancellationToken) -> u32 {
    let mut done = 0;
    // TODO: stop in the middle of a job when the token is cancelled, and then flush.
    while !token.is_cancelled() {
        job().await;
        done += 1;
        say!("{done} done");
    }
    sleep(ms(20)).await;
    say!("flushed");
    done
}

async fn program() -> u32 {
    let token = CancellationToken::new();
    let worker = spawn(work(token.clone()).lane("worker"));
    sleep(ms(250)).await;
    say!("stop");
    token.cancel();
    worker.await.unwrap()
}

fn main() {
    workshop::show("graceful", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn stopped_after(time: u64) -> u32 {
        let token = CancellationToken::new();
        let worker = spawn(work(token.clone()).lane("worker"));
        sleep(ms(time)).await;
        token.cancel();
        worker.await.unwrap()
    }

    #[test]
    fn a_worker_that_is_asked_to_stop_drops_its_job_and_flushes() {
        const LATE: &str = "it did not stop when the token was cancelled, but at a time of its own";
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("the token was only looked at between two jobs", |run| run.took(320))
            .mistake("nothing was flushed: it stopped where it stood", |run| {
                run.took(250) && !run.said("flushed")
            })
            .mistake("the job that was dropped was counted as done", |run| run.output() == Some(&3))
            .panics("it was not asked, it was aborted, and what it had done is lost", "Cancelled")
            .hangs("the worker goes on: the token at which it looks is never cancelled", |run| {
                run.said("4 done")
            })
            .takes(270)
            .says(&[
                "0.100 worker 1 done",
                "0.200 worker 2 done",
                "0.250 main stop",
                "0.270 worker flushed",
            ])
            .returns(2)
            .verdict();
        workshop::scenario("it is stopped after 137 ms")
            .attempt(|| stopped_after(137))
            .predicted(PREDICTION)
            .mistake(LATE, |run| run.took_more_than(157))
            .takes(157)
            .returns(1)
            .verdict();
        workshop::scenario("each job takes 70 ms, and it is stopped after 300 ms")
            .time(100, 70)
            .attempt(|| stopped_after(300))
            .predicted(PREDICTION)
            .mistake(LATE, |run| !run.took(320))
            .takes(320)
            .returns(4)
            .verdict();
    }

    #[test]
    fn a_job_and_the_stop_may_come_in_any_order() {
        workshop::every_schedule(|| stopped_after(200))
            .predicted(PREDICTION)
            .holds("what is done is flushed, whether or not the second job still counts", |run| {
                matches!(run.outcome, Ok(1 | 2))
                    && run.transcript().last().is_some_and(|line| line.ends_with("flushed"))
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/graceful.rs"]
mod then_try;
