//! Predict: four pages, of which the first takes 120 ms and the others 100 ms. How long, if two may be fetched at a time?
//!
//! In Python: an async comprehension fetches one page after the other, and a `Semaphore` in a `gather` two at a time.
//!
//! Then try: with `buffer_unordered` instead. How long does it take, and in which order do the pages come?
use async_concepts::{LaneExt, say};
use futures::{StreamExt, stream};
use std::future::ready;
use tokio::time::sleep;
use workshop::ms;

async fn fetch(page: u64) -> u64 {
    sleep(ms(if page == 2 { 120 } else { 100 })).await;
    say!("fetched");
    page
}

/// The even pages, two at a time.
async fn pages() -> Vec<u64> {
    stream::iter(1..=8)
        .filter(|page| ready(page % 2 == 0))
        // TODO: the server lets two fetches run at the same time. Make use of that.
        .then(|page| fetch(page).lane(format!("page {page}")))
        .collect()
        .await
}

fn main() {
    workshop::show("pipeline", pages);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pages_are_fetched_at_a_time_and_come_in_order() {
        workshop::attempt(pages)
            .mistake("the odd pages were fetched, too", |run| run.lanes("page 1") > 0)
            .mistake("the pages were fetched one after another", |run| run.took(420))
            .mistake("all pages were fetched at once, and the server allows two", |run| run.took(120))
            .mistake("the pages came in the order of the clock", |run| run.output() == Some(&vec![4, 2, 6, 8]))
            .takes(220)
            .returns(vec![2, 4, 6, 8])
            .verdict();
    }
}
