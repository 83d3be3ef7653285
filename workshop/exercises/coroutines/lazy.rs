//! Predict: when will the machine start, what will be served, and how long will breakfast take?
//!
//! `brew().lane("brew")` is a future with a row of its own in the timeline; apart from that it is
//! just `brew()`.
//!
//! See `examples/coroutines/laziness.rs`, and the slide “When does a nap begin?”.
//!
//! Then try: let the machine start before the table is laid, and the coffee still be there 100 ms
//! later. You will need a task, and a moment in which the runtime can get to it.
use async_concepts::{LaneExt, say};
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn brew() -> &'static str {
    say!("the machine starts");
    sleep(ms(100)).await;
    given("coffee")
}

async fn breakfast() -> &'static str {
    let _coffee = brew().lane("brew");
    say!("the table is laid");
    // TODO: nothing is brewed. Serve what comes out of the machine, after the table is laid.
    "nothing"
}

fn main() {
    workshop::show("lazy", PREDICTION, breakfast);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coffee_is_brewed_when_it_is_awaited() {
        workshop::attempt(breakfast)
            .predicted(PREDICTION)
            .mistake("the program was over before the machine had started", |run| {
                !run.said("machine") && run.output() == Some(&"coffee")
            })
            .mistake(
                "nothing was brewed: a call only makes a future, and it was never polled",
                |run| run.never_polled("brew"),
            )
            .mistake("the coffee was given up before it was done: one poll is not enough", |run| {
                run.dropped_at("brew", 0)
            })
            .mistake(
                "the coffee was awaited where it was ordered, and the table had to wait",
                |run| run.said("0.100 main the table is laid"),
            )
            .mistake("the machine started before the table was laid", |run| {
                run.said_in_order(&["machine", "table"])
            })
            .says_in_order(&["0.000 main the table is laid", "0.000 brew the machine starts"])
            .takes(100)
            .returns("coffee")
            .verdict();
        workshop::scenario("the machine takes 250 ms, and makes tea")
            .time(100, 250)
            .value("coffee", "tea")
            .attempt(breakfast)
            .predicted(PREDICTION)
            .takes(250)
            .returns("tea")
            .verdict();
        workshop::scenario("the machine is done at once")
            .time(100, 0)
            .attempt(breakfast)
            .predicted(PREDICTION)
            .takes(0)
            .returns("coffee")
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/lazy.rs"]
mod then_try;
