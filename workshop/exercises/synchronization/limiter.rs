//! Predict: six jobs of 100 ms, and a semaphore with two permits. How long will they take?
//!
//! In Python: `async with semaphore:`, which gives the permit back where the block ends.
//!
//! See `examples/synchronization/semaphore.rs`, and the slide “Two at a time”.
//!
//! Then try: let the jobs be tasks, spawned in a loop that acquires the permit before it spawns.
//! Where must the permit go?
use async_concepts::{LaneExt, say};
use futures::future::join_all;
use tokio::{sync::Semaphore, time::sleep};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    let _ = permits.acquire().await;
    say!("works");
    sleep(ms(100)).await;
}

async fn jobs() {
    let permits = Semaphore::new(2);
    join_all(["A", "B", "C", "D", "E", "F"].map(|name| job(&permits).lane(name))).await;
}

fn main() {
    workshop::show("limiter", PREDICTION, jobs);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_jobs_with_two_permits_take_three_rounds() {
        workshop::attempt(jobs)
            .predicted(PREDICTION)
            .mistake(
                "all six worked at once: the permits were given back before the work began",
                |run| run.took(100),
            )
            .mistake("only one worked at a time", |run| run.took(600))
            .mistake("three or more worked at the same time", |run| run.count("0.000 ") > 2)
            .hangs("the permits were never given back", |run| {
                run.said("B works") && !run.said("C works")
            })
            .takes(300)
            .says(&[
                "0.000 A works",
                "0.000 B works",
                "0.100 C works",
                "0.100 D works",
                "0.200 E works",
                "0.200 F works",
            ])
            .verdict();
        workshop::scenario("B works for 250 ms")
            .times(100, &[100, 250, 100, 100, 100, 100])
            .attempt(jobs)
            .predicted(PREDICTION)
            .mistake(
                "the jobs went in rounds of two: a free place waited for the slower of the two",
                |run| run.said("0.250 C works"),
            )
            .takes(400)
            .says(&[
                "0.000 A works",
                "0.000 B works",
                "0.100 C works",
                "0.200 D works",
                "0.250 E works",
                "0.300 F works",
            ])
            .verdict();
        workshop::scenario("all of them work for 30 ms")
            .time(100, 30)
            .attempt(jobs)
            .predicted(PREDICTION)
            .takes(90)
            .verdict();
    }

    #[test]
    fn no_more_than_two_work_at_a_time_in_every_schedule() {
        workshop::every_schedule(jobs)
            .predicted(PREDICTION)
            .holds("all six work, two in each round", |run| {
                let lines = run.transcript();
                let round = |time: &str| lines.iter().filter(|line| line.starts_with(time)).count();
                lines.len() == 6 && round("0.000") == 2 && round("0.100") == 2
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/limiter.rs"]
mod then_try;
