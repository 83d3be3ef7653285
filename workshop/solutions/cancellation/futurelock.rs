//! While the tick waits for the lock, the work is polled, too: it gets the lock first, since it
//! asked first, and gives it back.
use async_concepts::{LaneExt, say};
use std::pin::pin;
use tokio::{select, sync::Mutex, time::sleep};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((40, ""));

async fn work(log: &Mutex<Vec<&'static str>>) {
    log.lock().await.push("work");
}

/// Holds the lock for the first 40 ms.
async fn hold(log: &Mutex<Vec<&'static str>>) {
    let _log = log.lock().await;
    sleep(ms(40)).await;
}

async fn both(log: &Mutex<Vec<&'static str>>) {
    let mut work = pin!(work(log).lane("work"));
    select! {
        () = &mut work => return,
        () = sleep(ms(20)) => say!("tick"),
    }
    let tick = async { log.lock().await.push("tick") };
    tokio::join!(work, tick.lane("tick"));
}

async fn program() -> Vec<&'static str> {
    let log = Mutex::new(vec![]);
    tokio::join!(biased; hold(&log).lane("hold"), both(&log).lane("both"));
    log.into_inner()
}

fn main() {
    workshop::show("futurelock", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_waits_for_a_lock_is_polled_until_it_has_had_it() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .hangs("the lock was given to `work`, which nothing polled any more", |run| {
                run.said("tick")
            })
            .mistake("the tick was not written down", |run| run.output() == Some(&vec!["work"]))
            .mistake("the work was dropped, and never done", |run| {
                run.output() == Some(&vec!["tick"])
            })
            .takes(40)
            .says(&["0.020 both tick"])
            .returns(vec!["work", "tick"])
            .verdict();
        workshop::scenario("the lock is free after 10 ms")
            .time(40, 10)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(10)
            .returns(vec!["work"])
            .verdict();
        workshop::scenario("the tick comes after 35 ms")
            .time(20, 35)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(40)
            .returns(vec!["work", "tick"])
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/futurelock.rs"]
mod then_try;
