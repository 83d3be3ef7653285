//! Predict: four pages, 100 ms to fetch, two at a time, and 100 ms to store each. How long will all
//! of it take?
//!
//! It could be 300 ms: the first two are stored while the last two are fetched.
//!
//! See `examples/iteration/pipeline.rs`, and the slide “A few at a time”.
//!
//! Then try: let a task with the lane `fetcher` fetch, and send the pages through a channel to a
//! loop that stores one after the other. Is that as fast?
use async_concepts::{LaneExt, say};
use futures::{StreamExt, stream};
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn fetch(page: u64) -> u64 {
    sleep(ms(100)).await;
    page
}

async fn store(page: u64) {
    sleep(given(ms(100))).await;
    say!("page {page} is stored");
}

#[rustfmt::skip]
async fn copy() {
    let mut pages = stream::iter(1..=4).map(|page| fetch(page).lane(format!("fetch {page}"))).buffered(2);
    // TODO: fetch the next pages while these are stored.
    while let Some(page) = pages.next().await {
        store(page).lane("store").await;
    }
}

fn main() {
    workshop::show("hungry_loop", PREDICTION, copy);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_pages_are_fetched_while_these_are_stored() {
        workshop::attempt(copy)
            .predicted(PREDICTION)
            .mistake("all four were fetched at once, and the server allows two", |run| {
                run.at_a_time("fetch") == 4
            })
            .mistake(
                "the body of the loop waited, and meanwhile the stream was not polled",
                |run| run.took(600),
            )
            .mistake(
                "no fetch was begun while two pages were being stored: is there a limit too many?",
                |run| run.took(400),
            )
            .mistake("everything ran one after another", |run| run.took(800))
            .mistake("the pages were stored one at a time", |run| {
                run.took(500) && run.at_a_time("store") == 1
            })
            .at_most(2, "fetch")
            .takes(300)
            .says(&[
                "0.200 store page 1 is stored",
                "0.200 store page 2 is stored",
                "0.300 store page 3 is stored",
                "0.300 store page 4 is stored",
            ])
            .verdict();
        workshop::scenario("it takes 250 ms to store a page")
            .value(ms(100), ms(250))
            .attempt(copy)
            .predicted(PREDICTION)
            .at_most(2, "fetch")
            .takes(450)
            .says(&[
                "0.350 store page 1 is stored",
                "0.350 store page 2 is stored",
                "0.450 store page 3 is stored",
                "0.450 store page 4 is stored",
            ])
            .verdict();
        workshop::scenario("it takes 20 ms to store a page")
            .value(ms(100), ms(20))
            .attempt(copy)
            .predicted(PREDICTION)
            .at_most(2, "fetch")
            .takes(220)
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/hungry_loop.rs"]
mod then_try;
