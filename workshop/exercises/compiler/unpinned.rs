//! Predict: work of 90 ms is awaited by reference in a `select!`, so that it goes on after a tick.
//! What will rustc say about it, and how long will it take once it compiles?
//!
//! This exercise begins with an error of rustc. Take away the two lines of `does_not_compile!`,
//! read the error, and mend the code; then the run is judged as usual.
//!
//! See `examples/cancellation/select_loop.rs`, and the slide “A timeout cancels. What?”.
//!
//! Then try: after two ticks, let a task with the lane `rest` finish the work. What can `Box::pin`
//! do that `pin!` cannot?
use async_concepts::say;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn work() -> u32 {
    sleep(ms(90)).await;
    given(7)
}

/// Says a tick every 40 ms until the work is done.
async fn program() -> u32 {
    // TODO: take the macro away, and mend what rustc refuses.
    workshop::does_not_compile! { { say!("not begun"); work().await - work().await } =>
        let mut work = work();
        loop {
            tokio::select! {
                output = &mut work => return output,
                () = sleep(ms(40)) => say!("tick"),
            }
        }
    }
}

fn main() {
    workshop::show("unpinned", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_goes_on_after_a_tick() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "the code is still inside `does_not_compile!`: take the macro away, and see what \
                 rustc says",
                |run| run.said("not begun"),
            )
            .mistake("there were no ticks while the work went on", |run| !run.said("tick"))
            .hangs("the work was begun anew after each tick, and never ended", |run| {
                run.said("tick")
            })
            .takes(90)
            .says(&["0.040 main tick", "0.080 main tick"])
            .returns(7)
            .verdict();
        workshop::scenario("the work takes 30 ms, and gives 9")
            .time(90, 30)
            .value(7_u32, 9)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(30)
            .says(&[])
            .returns(9)
            .verdict();
        workshop::scenario("the work takes 130 ms")
            .time(90, 130)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(130)
            .says(&["0.040 main tick", "0.080 main tick", "0.120 main tick"])
            .returns(7)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/unpinned.rs"]
mod then_try;
