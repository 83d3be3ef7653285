//! `map` makes a stream of futures, none of which has been started, and `buffered(2)` keeps two of them under way. It gives
//! their results in the order of the stream, so the second page waits for the first.
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
        .map(|page| fetch(page).lane(format!("page {page}")))
        .buffered(2)
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
