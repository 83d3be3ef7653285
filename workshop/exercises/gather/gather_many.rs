//! Predict: naps of 300, 100 and 200 ms in a list. How long will they take, and how long a thousand
//! naps, of 1 ms, 2 ms and so on up to 1000 ms?
//!
//! In Python: `await asyncio.gather(*naps)`. The results are wanted in the order of the list.
//!
//! See `examples/gather/gather_tasks.rs`, and the slide “Start three, wait for all”.
//!
//! Then try: say `slept 100` as soon as a nap is over, on its lane, and still return all of them in
//! the order of the list.
use async_concepts::{LaneExt, say};
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn nap(length: u64) -> u64 {
    sleep(ms(length)).await;
    given(length)
}

/// How long each nap was, in the order of the list.
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let naps = lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}")));
    // TODO: the list can have any length. Let all of its naps overlap.
    let mut slept = vec![];
    for nap in naps {
        slept.push(nap.await);
    }
    slept
}

async fn program() {
    let slept = naps(vec![300, 100, 200]).await;
    say!("slept {slept:?}");
}

fn main() {
    workshop::show("gather_many", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_naps_takes_as_long_as_the_longest_and_keeps_its_order() {
        workshop::attempt(|| naps(vec![300, 100, 200]))
            .predicted(PREDICTION)
            .mistake("the naps ran one after another", |run| run.one_after_another())
            .mistake("the naps were started, and nothing waited for them", |run| run.took(0))
            .mistake("the results are in the order of the clock, not of the list", |run| {
                run.output() == Some(&vec![100, 200, 300])
            })
            .mistake("only a few naps overlapped", |run| run.at_a_time("nap") < 3)
            .takes(300)
            .returns(vec![300, 100, 200])
            .verdict();
        workshop::scenario("the nap of 100 ms lasts 150 ms")
            .time(100, 150)
            .attempt(|| naps(vec![300, 100, 200]))
            .predicted(PREDICTION)
            .mistake("the result is the list itself, and not what the naps returned", |run| {
                run.output() == Some(&vec![300, 100, 200])
            })
            .takes(300)
            .returns(vec![300, 150, 200])
            .verdict();
        workshop::scenario("a list without naps")
            .attempt(|| naps(vec![]))
            .predicted(PREDICTION)
            .panics("a list can be empty, too", "")
            .takes(0)
            .returns(Vec::<u64>::new())
            .verdict();
    }

    #[test]
    fn a_thousand_naps_take_as_long_as_the_longest() {
        workshop::scenario("a thousand naps")
            .attempt(|| naps((1..=1000).collect()))
            .predicted(PREDICTION)
            .mistake("some naps of the list are missing in the result", |run| {
                run.output().is_some_and(|slept| slept.len() < 1000)
            })
            .mistake("the naps ran one after another", |run| run.one_after_another())
            .mistake("there were fewer than 1000 lanes `nap`", |run| run.lanes("nap") < 1000)
            .mistake("only a few naps overlapped", |run| run.at_a_time("nap") < 1000)
            .takes(1000)
            .returns((1..=1000).collect::<Vec<u64>>())
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/gather_many.rs"]
mod then_try;
