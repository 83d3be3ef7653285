//! A future that has been polled must not move any more, and a plain reference does not promise
//! that. `pin!` does: the future stays where it is until the end of the function.
use async_concepts::say;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((90, ""));

async fn work() -> u32 {
    sleep(ms(90)).await;
    given(7)
}

/// Says a tick every 40 ms until the work is done.
async fn program() -> u32 {
    let mut work = std::pin::pin!(work());
    loop {
        tokio::select! {
            output = &mut work => return output,
            () = sleep(ms(40)) => say!("tick"),
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
