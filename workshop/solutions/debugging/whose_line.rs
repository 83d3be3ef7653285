//! The number is set each time that this future is polled, and put back afterwards. So every line
//! that is said in it, however deep, names its request. Spans of the crate `tracing` work in the
//! same way.
use async_concepts::{LaneExt, say};
use tokio::{join, time::sleep};
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((30, "one two"));

tokio::task_local! {
    static REQUEST: u32;
}

fn log(text: &str) {
    say!("[{}] {text}", REQUEST.get());
}

async fn query(time: u64) {
    sleep(ms(time)).await;
    log("query");
}

async fn request(number: u32, time: u64) {
    let work = async {
        log("begin");
        query(time).await;
        log("end");
    };
    REQUEST.scope(number, work).await;
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
