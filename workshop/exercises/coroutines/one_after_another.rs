//! Predict: boiling takes 100 ms and steeping 200 ms. How long will this take, and what will the
//! tea be made of?
//!
//! `join!` polls both futures, and waits until both are done. That is not always what one wants.
//!
//! See `examples/coroutines/coroutine.rs`, and the slide “A coroutine says what it waits for”.
//!
//! Then try: two cups, each with water of its own, as quickly as possible: `make_tea` returns both,
//! with “ and ” between.
use async_concepts::{LaneExt, say};
use futures::join;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn boil() -> &'static str {
    sleep(ms(100)).await;
    say!("the water boils");
    given("hot water")
}

async fn steep(water: &str) -> String {
    say!("the tea goes into {water}");
    sleep(ms(200)).await;
    format!("tea of {water}")
}

async fn make_tea() -> String {
    // TODO: make the tea of the water that `boil` returns.
    let (_water, tea) = join!(boil().lane("boil"), steep("cold water").lane("steep"));
    tea
}

fn main() {
    workshop::show("one_after_another", PREDICTION, make_tea);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tea_takes_as_long_as_both_steps_together() {
        workshop::attempt(make_tea)
            .predicted(PREDICTION)
            .mistake("the tea was made first, and the water boiled afterwards", |run| {
                run.said("0.300 boil")
            })
            .mistake(
                "the tea went into cold water: it did not wait for what `boil` returns",
                |run| run.said("cold water"),
            )
            .mistake("the tea went in before the water had boiled", |run| run.said("0.000 steep"))
            .mistake("the water was boiled twice: each call makes a future of its own", |run| {
                run.count("boils") == 2
            })
            .takes(300)
            .says(&["0.100 boil the water boils", "0.100 steep the tea goes into hot water"])
            .returns("tea of hot water")
            .verdict();
        workshop::scenario("boiling takes 250 ms, and gives salt water")
            .time(100, 250)
            .value("hot water", "salt water")
            .attempt(make_tea)
            .predicted(PREDICTION)
            .mistake("the tea was made of water that `boil` did not return", |run| {
                run.said("hot water")
            })
            .takes(450)
            .says(&["0.250 boil the water boils", "0.250 steep the tea goes into salt water"])
            .returns("tea of salt water")
            .verdict();
        workshop::scenario("steeping takes 40 ms")
            .time(200, 40)
            .attempt(make_tea)
            .predicted(PREDICTION)
            .takes(140)
            .returns("tea of hot water")
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/one_after_another.rs"]
mod then_try;
