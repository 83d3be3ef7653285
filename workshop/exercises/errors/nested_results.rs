//! Predict: the tasks A, B and C take 300, 100 and 500 ms, and B fails. When do you hear of it?
//!
//! In Python there is only one level: awaiting a task raises what the task raised.
//!
//! See `examples/gather/gather_tasks.rs`, and the slide “One of three fails”.
//!
//! Then try: let B panic instead of failing. Which of the two levels is that?
use async_concepts::{LaneExt, say};
use tokio::{spawn, task::JoinHandle, time::sleep, try_join};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

type Size = Result<u64, String>;

fn measure(name: &'static str, time: u64, works: bool) -> JoinHandle<Size> {
    let (name, works) = given((name, works));
    let work = async move {
        sleep(ms(time)).await;
        say!("{}", if works { "done" } else { "failed" });
        if works { Ok(time) } else { Err(format!("{name} failed")) }
    };
    spawn(work.lane(name))
}

async fn total() -> Size {
    let (a, b, c) = (measure("A", 300, true), measure("B", 100, false), measure("C", 500, true));
    // TODO: an error should be heard of as soon as it happens.
    let (a, b, c) = try_join!(a, b, c).map_err(|error| error.to_string())?;
    Ok(a? + b? + c?)
}

fn main() {
    workshop::show("nested_results", PREDICTION, total);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_task_is_heard_of_at_once() {
        workshop::attempt(total)
            .predicted(PREDICTION)
            .mistake("the error was lost", |run| run.output().is_some_and(Result::is_ok))
            .mistake("the inner `Result`s were only looked into when all were done", |run| {
                run.took(500)
            })
            .mistake("the error of B had to wait for A, which was awaited first", |run| {
                run.took(300)
            })
            .panics("an error was made into a panic", "failed")
            .takes(100)
            .says(&["0.100 B failed"])
            .returns(Err("B failed".to_owned()))
            .verdict();
        workshop::scenario("B works")
            .value(("B", false), ("B", true))
            .attempt(total)
            .predicted(PREDICTION)
            .mistake(
                "one task was taken for the whole, and the others were not waited for",
                |run| run.took(100),
            )
            .takes(500)
            .says(&["0.100 B done", "0.300 A done", "0.500 C done"])
            .returns(Ok(900))
            .verdict();
        workshop::scenario("C fails first, at 50 ms")
            .time(500, 50)
            .value(("C", true), ("C", false))
            .attempt(total)
            .predicted(PREDICTION)
            .mistake("the error of C had to wait for another task", |run| run.took_more_than(50))
            .takes(50)
            .returns(Err("C failed".to_owned()))
            .verdict();
    }

    #[test]
    fn the_error_is_the_same_in_every_schedule() {
        workshop::every_schedule(total)
            .predicted(PREDICTION)
            .holds("it fails at 100 ms, when B has failed", |run| {
                run.outcome.as_ref().is_ok_and(Result::is_err)
                    && run.elapsed == std::time::Duration::from_millis(100)
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/nested_results.rs"]
mod then_try;
