//! Predict: a task counts with an `Rc` across an `.await` of 20 ms. What will rustc say about it,
//! at which line, and how long will it take once it compiles?
//!
//! This exercise begins with an error of rustc. Take away the two lines of `does_not_compile!`,
//! read the error, and mend the code; then the run is judged as usual.
//!
//! See `examples/threads/not_send.rs`, and the slide “And with `spawn`?”.
//!
//! Then try: keep the `Rc`, in a task of a `LocalSet`, with the lane `local`. Why is that allowed?
use async_concepts::LaneExt;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn step() {
    sleep(ms(20)).await;
}

/// Counts in a task of its own.
async fn program() -> u32 {
    let first = given(1);
    // TODO: take the macro away, and mend what rustc refuses.
    workshop::does_not_compile! { { step().lane("not begun").await; first } =>
        let task = async move {
            let count = std::rc::Rc::new(std::cell::Cell::new(first));
            step().await;
            count.set(count.get() + 1);
            count.get()
        };
        tokio::spawn(task.lane("task")).await.expect("it does not panic")
    }
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
