//! Predict: three steps of 40 ms, each with a timeout of 50 ms. The whole should be over after 100
//! ms. When is it?
//!
//! A timeout for each step is none for the whole: what is left of the time has to be handed on, or
//! one timeout stands around all of it.
//!
//! See `examples/futures/timeout.rs`, and the slide “A timeout cancels. What?”.
//!
//! Then try: say which step was under way when the time was over: `step 3 was under way`.
use async_concepts::say;
use tokio::time::{error::Elapsed, sleep, timeout};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn step(number: u32) -> u32 {
    sleep(ms(40)).await;
    say!("step {number}");
    given(number)
}

/// Three steps, in 100 ms altogether.
async fn steps() -> Result<u32, Elapsed> {
    // TODO: the limit is for all of them together.
    let mut sum = 0;
    for number in 1..=3 {
        sum += timeout(ms(50), step(number)).await?;
    }
    Ok(sum)
}

async fn program() -> Option<u32> {
    let result = steps().await;
    say!("{}", if result.is_ok() { "done" } else { "too slow" });
    result.ok()
}

fn main() {
    workshop::show("one_deadline", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_for_all_steps_together() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("each step kept its own limit, and all together took longer", |run| {
                run.took(120)
            })
            .takes(100)
            .says(&["0.040 main step 1", "0.080 main step 2", "0.100 main too slow"])
            .returns(None)
            .verdict();
        workshop::scenario("a step takes 20 ms")
            .time(40, 20)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("steps that were quick enough were given up", |run| {
                run.output() == Some(&None)
            })
            .takes(60)
            .returns(Some(6))
            .verdict();
        workshop::scenario("the steps take 10, 80 and 5 ms")
            .times(40, &[10, 80, 5])
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("a step that is slow was given up, though there was time left", |run| {
                run.output() == Some(&None)
            })
            .takes(95)
            .returns(Some(6))
            .verdict();
        workshop::scenario("it is dropped after 60 ms")
            .attempt(given_up)
            .predicted(PREDICTION)
            .mistake("a step went on when all of it had been dropped", |run| run.said("step 2"))
            .takes(260)
            .says(&["0.040 main step 1", "0.060 main over"])
            .verdict();
    }

    /// It is given up in the middle of the second step.
    async fn given_up() {
        let _ = timeout(std::time::Duration::from_millis(60), steps()).await;
        say!("over");
        sleep(std::time::Duration::from_millis(200)).await;
    }

    async fn dropped_anywhere() {
        async_concepts::LaneExt::lane(steps(), "steps").cancellable().await;
        say!("over");
        sleep(std::time::Duration::from_millis(200)).await;
    }

    #[test]
    fn no_step_goes_on_after_any_cancellation() {
        workshop::every_cancellation(dropped_anywhere)
            .predicted(PREDICTION)
            .holds("no step is done when all of it has been dropped", |run| {
                run.transcript().last().is_none_or(|line| line.ends_with("over"))
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/one_deadline.rs"]
mod then_try;
