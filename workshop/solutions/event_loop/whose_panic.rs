//! The handle gives an error for a task that has panicked. `unwrap` makes that a panic of the one
//! that awaits, and so on up to `main`.
use async_concepts::{LaneExt, say};
use tokio::{spawn, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((100, "B"));

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
        match task.await {
            Ok(time) => sum += time,
            Err(error) if error.is_panic() => say!("{name} panicked"),
            Err(_) => say!("{name} was cancelled"),
        }
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
