//! Predict: two requests run at the same time, and each line of the log names the request that was
//! begun last. Which lines will name the wrong one, and in which order do the requests end?
//!
//! What is true of a thread is not true of a task: between two of its polls, others run on the same
//! thread. A `task_local!` belongs to a future, and is set while that future is polled.
//!
//! See `examples/debugging/slow_callback.rs`, and the slide “A queue, and a loop that calls”.
//!
//! Then try: let each request start a task of its own, with the lane `task`, which logs `in the
//! task`. Does it still know the number?
use async_concepts::{LaneExt, say};
use std::cell::Cell;
use tokio::{join, time::sleep};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

thread_local! {
    static REQUEST: Cell<u32> = const { Cell::new(0) };
}

fn log(text: &str) {
    say!("[{}] {text}", REQUEST.get());
}

async fn query(time: u64) {
    sleep(ms(time)).await;
    log("query");
}

async fn request(number: u32, time: u64) {
    // TODO: each line should name the request to which it belongs.
    REQUEST.set(number);
    log("begin");
    query(time).await;
    log("end");
}

async fn program() {
    join!(request(1, 20).lane("one"), request(2, 30).lane("two"));
}

fn main() {
    workshop::show("whose_line", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn three() {
        join!(request(7, 20).lane("one"), request(8, 10).lane("two"), request(9, 20).lane("three"));
    }

    async fn nested() {
        request(1, 10).lane("one").await;
        request(2, 10).lane("two").await;
    }

    #[test]
    fn each_line_names_its_request() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "a line names the request that was begun last on this thread, not its own",
                |run| run.said("one [2]"),
            )
            .mistake("one request was over before the other began", |run| run.one_after_another())
            .takes(30)
            .says(&[
                "0.000 one [1] begin",
                "0.000 two [2] begin",
                "0.020 one [1] query",
                "0.020 one [1] end",
                "0.030 two [2] query",
                "0.030 two [2] end",
            ])
            .verdict();
        workshop::scenario("three requests")
            .attempt(three)
            .predicted(PREDICTION)
            .holds("each line names its request", |run| {
                run.count("one [7]") == 3
                    && run.count("two [8]") == 3
                    && run.count("three [9]") == 3
            })
            .verdict();
        workshop::scenario("one request after the other")
            .attempt(nested)
            .predicted(PREDICTION)
            .takes(20)
            .holds("each line names its request", |run| {
                run.count("one [1]") == 3 && run.count("two [2]") == 3
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/whose_line.rs"]
mod then_try;
