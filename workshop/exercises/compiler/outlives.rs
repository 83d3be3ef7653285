//! Predict: a task of 20 ms borrows a text of the function that starts it. What will rustc say,
//! although the function awaits the task, and how long will it take once it compiles?
//!
//! This exercise begins with an error of rustc. Take away the two lines of `does_not_compile!`,
//! read the error, and mend the code; then the run is judged as usual.
//!
//! See `examples/threads/static_spawn.rs`, and the slide “And with `spawn`?”.
//!
//! Then try: do without a task: let `join!` run a lane `part` that borrows the text. Why may it?
use async_concepts::LaneExt;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn step() {
    sleep(ms(20)).await;
}

/// How many words and how many letters.
async fn program() -> (usize, usize) {
    let text = given("a bird in the hand").to_owned();
    // TODO: take the macro away, and mend what rustc refuses.
    workshop::does_not_compile! { { step().lane("not begun").await; (text.len(), 0) } =>
        let task = async {
            step().await;
            text.split(' ').count()
        };
        let words = tokio::spawn(task.lane("task"));
        (words.await.expect("it does not panic"), text.len())
    }
}

fn main() {
    workshop::show("outlives", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_task_owns_what_it_needs() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "the code is still inside `does_not_compile!`: take the macro away, and see what \
                 rustc says",
                |run| run.lanes("not begun") > 0,
            )
            .mistake("the text was given away, and its letters were not counted", |run| {
                run.output() == Some(&(5, 0))
            })
            .mistake("the work is no task any more: nothing was spawned", |run| {
                run.lanes("task") == 0
            })
            .holds("the words are counted in a lane `task`", |run| run.lanes("task") == 1)
            .takes(20)
            .returns((5, 18))
            .verdict();
        workshop::scenario("another text")
            .value("a bird in the hand", "two in the bush, or so")
            .attempt(program)
            .predicted(PREDICTION)
            .takes(20)
            .returns((6, 22))
            .verdict();
        workshop::scenario("the step takes 70 ms, and another one would take 200 ms")
            .times(20, &[70, 200])
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("the task did not come to its end, and its result was made up", |run| {
                !run.finished("task")
            })
            .holds("the task comes to its end", |run| run.finished("task"))
            .takes(70)
            .returns((5, 18))
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/outlives.rs"]
mod then_try;
