//! Predict: task A panics at 50 ms, and B needs 100 ms. When does the program end, and with what?
//!
//! A panic ends the task in which it happens, and nothing else. Only the one that awaits its handle
//! hears of it. In Python, the exception is kept in the task, and logged when the task is thrown
//! away.
//!
//! See `examples/event_loop/exception_handler.rs`, and the slide “A queue, and a loop that calls”.
//!
//! Then try: restart a task that has panicked, at once, three times at most.
use async_concepts::{LaneExt, say};
use tokio::{spawn, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn task(name: &'static str, time: u64) -> u64 {
    sleep(ms(time)).await;
    if given(name) == "A" {
        panic!("{name} is broken");
    }
    time
}

/// The sum of what the tasks return; one that panics counts for nothing, and is written down.
async fn program() -> u64 {
    let tasks =
        [("A", 50), ("B", 100)].map(|(name, time)| (name, spawn(task(name, time).lane(name))));
    let mut sum = 0;
    for (name, task) in tasks {
        // TODO: write down whose panic it was, and go on with the other one.
        let _ = name;
        sum += task.await.unwrap();
    }
    say!("sum {sum}");
    sum
}

fn main() {
    workshop::show("whose_panic", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_written_down_and_the_others_go_on() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .panics("the panic of a task became a panic of the program", "JoinError")
            .mistake("the panic was not written down", |run| !run.said("A panicked"))
            .takes(100)
            .holds("A's panic is written down once, before the sum", |run| {
                run.said_in_order(&["main A panicked", "main sum 100"])
                    && run.count("panicked") == 1
            })
            .returns(100)
            .verdict();
        workshop::scenario("no task panics")
            .value("A", "C")
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("a panic was written down, and there was none", |run| run.said("panicked"))
            .takes(100)
            .says(&["0.100 main sum 150"])
            .returns(150)
            .verdict();
        workshop::scenario("B panics as well")
            .value("B", "A")
            .attempt(program)
            .predicted(PREDICTION)
            .holds("both panics are written down once, before the sum", |run| {
                run.said_in_order(&["main A panicked", "main B panicked", "main sum 0"])
                    && run.count("panicked") == 2
            })
            .returns(0)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/whose_panic.rs"]
mod then_try;
