//! A task may go on on another thread after an `.await`, so whatever lives across it has to be
//! `Send`. A number is; an `Rc` is not. Where sharing is needed, `Arc` and an atomic are.
use async_concepts::LaneExt;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((20, "task"));

async fn step() {
    sleep(ms(20)).await;
}

/// Counts in a task of its own.
async fn program() -> u32 {
    let first = given(1);
    let task = async move {
        let mut count = first;
        step().await;
        count += 1;
        count
    };
    tokio::spawn(task.lane("task")).await.expect("it does not panic")
}

fn main() {
    workshop::show("not_send", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_counts_across_an_await() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "the code is still inside `does_not_compile!`: take the macro away, and see what \
                 rustc says",
                |run| run.lanes("not begun") > 0,
            )
            .mistake("the work is no task any more: nothing was spawned", |run| {
                run.lanes("task") == 0
            })
            .holds("the work is done in a lane `task`", |run| run.lanes("task") == 1)
            .takes(20)
            .returns(2)
            .verdict();
        workshop::scenario("it counts from 7")
            .value(1_u32, 7)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("the result is a constant", |run| run.output() == Some(&2))
            .takes(20)
            .returns(8)
            .verdict();
        workshop::scenario("the step takes 90 ms, and another one would take 200 ms")
            .times(20, &[90, 200])
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("the task did not come to its end, and its result was made up", |run| {
                !run.finished("task")
            })
            .holds("the task comes to its end", |run| run.finished("task"))
            .takes(90)
            .returns(2)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/not_send.rs"]
mod then_try;
