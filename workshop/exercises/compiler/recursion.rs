//! Predict: an async function awaits itself, three times, with a pause of 10 ms each. What will
//! rustc say about it, and how long will it take once it compiles?
//!
//! This exercise begins with an error of rustc. Take away the two lines of `does_not_compile!`,
//! read the error, and mend the code; then the run is judged as usual.
//!
//! See `examples/coroutines/recursion.rs`, and the slide “What `async` saves us”.
//!
//! Then try: let the pauses overlap: all of it takes 10 ms, however many numbers there are.
use async_concepts::say;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn pause() {
    sleep(ms(10)).await;
}

/// 1 + 2 + … + n, with a pause before each number.
async fn program() -> u32 {
    // TODO: take the macro away, and mend what rustc refuses.
    workshop::does_not_compile! { { say!("not begun"); pause().await; given(3) } =>
        async fn sum(n: u32) -> u32 {
            if n == 0 {
                return 0;
            }
            pause().await;
            say!("{n}");
            n + sum(n - 1).await
        }
        sum(given(3)).await
    }
}

fn main() {
    workshop::show("recursion", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_async_function_can_await_itself() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "the code is still inside `does_not_compile!`: take the macro away, and see what \
                 rustc says",
                |run| run.said("not begun"),
            )
            .mistake("a pause is missing: not each number had one", |run| run.took(0))
            .takes(30)
            .says(&["0.010 main 3", "0.020 main 2", "0.030 main 1"])
            .returns(6)
            .verdict();
        workshop::scenario("it begins with 5")
            .value(3_u32, 5)
            .attempt(program)
            .predicted(PREDICTION)
            .mistake("it always begins with 3", |run| run.output() == Some(&6))
            .takes(50)
            .returns(15)
            .verdict();
        workshop::scenario("it begins with 0")
            .value(3_u32, 0)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(0)
            .returns(0)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/recursion.rs"]
mod then_try;
