//! `map` makes a stream of futures, none of which has been started, and `buffered(2)` keeps two of
//! them under way. It gives their results in the order of the stream, so the second page waits for
//! the first.
use async_concepts::{LaneExt, say};
use futures::{StreamExt, stream};
use std::future::ready;
use tokio::time::sleep;
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((220, ""));

async fn fetch(page: u64) -> u64 {
    sleep(ms(if page == 2 { 120 } else { 100 })).await;
    say!("fetched");
    given(page)
}

/// The even pages, two at a time.
async fn pages() -> Vec<u64> {
    stream::iter(1..=8)
        .filter(|page| ready(page % 2 == 0))
        .map(|page| fetch(page).lane(format!("page {page}")))
        .buffered(2)
        .collect()
        .await
}

fn main() {
    workshop::show("pipeline", PREDICTION, pages);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pages_are_fetched_at_a_time_and_come_in_order() {
        workshop::attempt(pages)
            .predicted(PREDICTION)
            .mistake("no page was fetched", |run| run.count("fetched") == 0)
            .mistake("the odd pages were fetched, too", |run| run.lanes("page 1") > 0)
            .mistake("the pages were fetched one after another", |run| run.took(420))
            .mistake("all pages were fetched at once, and the server allows two", |run| {
                run.at_a_time("page") == 4
            })
            .mistake("the pages came in the order of the clock", |run| {
                run.output() == Some(&vec![4, 2, 6, 8])
            })
            .at_most(2, "page")
            .takes(220)
            .returns(vec![2, 4, 6, 8])
            .holds("each page is fetched once", |run| run.count("fetched") == 4)
            .verdict();
        // Two at a time: 2 until 60, 4 until 120, 6 until 210, 8 until 220.
        workshop::scenario("the pages take 60, 120, 150 and 100 ms")
            .time(120, 60)
            .times(100, &[120, 150, 100])
            .value(4_u64, 40)
            .attempt(pages)
            .predicted(PREDICTION)
            .mistake(
                "it waited until both of two pages had come, and only then fetched the next two",
                |run| run.took(270),
            )
            .at_most(2, "page")
            .takes(220)
            .returns(vec![2, 40, 6, 8])
            .verdict();
        workshop::scenario("the first page takes 10 ms")
            .time(120, 10)
            .attempt(pages)
            .predicted(PREDICTION)
            .at_most(2, "page")
            .takes(200)
            .returns(vec![2, 4, 6, 8])
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/pipeline.rs"]
mod then_try;
