//! Predict: naps of 100, 300 and 200 ms. How long will this take, and in which order will they end?
//!
//! In Python one would write `await asyncio.gather(nap(100), nap(300), nap(200))`.
//!
//! See `examples/gather/gather.rs`, and the slide “Start three, wait for all”.
//!
//! Then try: let B call `async_concepts::block(ms(300))` instead of sleeping. What becomes of the
//! other two, and why?
use async_concepts::{LaneExt, say};
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn nap(length: u64) -> u64 {
    sleep(ms(length)).await;
    let length = given(length);
    say!("slept {length} ms");
    length
}

async fn naps() -> [u64; 3] {
    // TODO: let the naps overlap, so that together they take no longer than the longest.
    let a = nap(100).lane("A").await;
    let b = nap(300).lane("B").await;
    let c = nap(200).lane("C").await;
    [a, b, c]
}

fn main() {
    workshop::show("gather", PREDICTION, naps);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_naps_take_as_long_as_the_longest() {
        workshop::attempt(naps)
            .predicted(PREDICTION)
            .mistake("the naps ran one after another", |run| run.one_after_another())
            .mistake("the first nap was over before the others began", |run| run.took(400))
            .mistake("the results are in the order of the clock", |run| {
                run.output() == Some(&[100, 200, 300])
            })
            .takes(300)
            .says(&["0.100 A slept 100 ms", "0.200 C slept 200 ms", "0.300 B slept 300 ms"])
            .returns([100, 300, 200])
            .verdict();
        workshop::scenario("the nap of 100 ms takes 250 ms")
            .time(100, 250)
            .attempt(naps)
            .predicted(PREDICTION)
            .mistake("the naps ran one after another", |run| run.one_after_another())
            .takes(300)
            .says(&["0.200 C slept 200 ms", "0.250 A slept 250 ms", "0.300 B slept 300 ms"])
            .returns([250, 300, 200])
            .verdict();
        workshop::scenario("all three take 50 ms")
            .time(100, 50)
            .time(200, 50)
            .time(300, 50)
            .attempt(naps)
            .predicted(PREDICTION)
            .takes(50)
            .says(&["0.050 A slept 50 ms", "0.050 B slept 50 ms", "0.050 C slept 50 ms"])
            .returns([50; 3])
            .verdict();
    }

    #[test]
    fn the_results_do_not_depend_on_the_order() {
        workshop::every_schedule(naps).predicted(PREDICTION).returns([100, 300, 200]).verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/gather.rs"]
mod then_try;
