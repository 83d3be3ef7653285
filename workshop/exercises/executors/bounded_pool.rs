//! Predict: five jobs of 30 ms each on threads, and no more than two threads may be used. How long
//! will they take?
//!
//! `spawn_blocking` uses up to 512 threads. Where a database allows two connections, you have to
//! hold the others back. `on_thread("job", …)` wraps the closure, so that it has a row in the
//! timeline and its time is seen; it is not a future.
//!
//! See `examples/executors/thread_pool.rs`, and the slide “A thread of its own”.
//!
//! Then try: let each job say on which place it runs: `on 0` or `on 1`.
use async_concepts::{block, on_thread};
use futures::future::join_all;
use std::sync::Arc;
use tokio::{sync::Semaphore, task::spawn_blocking};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

fn job(number: u64) -> u64 {
    block(ms(30));
    given(number) * 10
}

async fn run(places: Arc<Semaphore>, number: u64) -> u64 {
    // TODO: no more than two jobs may be on threads at the same time.
    drop(places);
    spawn_blocking(on_thread("job", move || job(number))).await.expect("it does not panic")
}

async fn program() -> Vec<u64> {
    let places = Arc::new(Semaphore::new(2));
    join_all((1..=5).map(|number| run(places.clone(), number))).await
}

fn main() {
    workshop::show("bounded_pool", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_two_jobs_are_on_threads() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .mistake("all five jobs were on threads at the same time", |run| {
                run.at_a_time("job") == 5
            })
            .mistake("only one job was on a thread at a time", |run| run.took(150))
            .at_most(2, "job")
            .takes(90)
            .returns(vec![10, 20, 30, 40, 50])
            .verdict();
        workshop::scenario("each job takes 10 ms")
            .time(30, 10)
            .attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .at_most(2, "job")
            .takes(30)
            .verdict();
        // Two at a time: 1 until 30, 2 until 90, 3 until 60, 4 until 90, 5 until 120.
        workshop::scenario("the second job takes 90 ms")
            .times(30, &[30, 90, 30, 30, 30])
            .attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .mistake("the jobs went in rounds of two: a free place waited for the slower", |run| {
                run.took(150)
            })
            .at_most(2, "job")
            .takes(120)
            .returns(vec![10, 20, 30, 40, 50])
            .verdict();
        workshop::scenario("the third job counts for nine")
            .value(3_u64, 9)
            .attempt(program)
            .predicted(PREDICTION)
            .may_sleep()
            .returns(vec![10, 20, 90, 40, 50])
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/bounded_pool.rs"]
mod then_try;
