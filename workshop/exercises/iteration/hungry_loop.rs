//! Predict: four pages, 100 ms to fetch, two at a time, and 100 ms to store each. How long will all of it take?
//!
//! It could be 300 ms: the first two are stored while the last two are fetched.
//!
//! Then try: let a task fetch, and send the pages through a channel to the loop that stores them. Is that as fast?
use async_concepts::{LaneExt, say};
use futures::{StreamExt, stream};
use tokio::time::sleep;
use workshop::ms;

async fn fetch(page: u64) -> u64 {
    sleep(ms(100)).await;
    page
}

async fn store(page: u64) {
    sleep(ms(100)).await;
    say!("page {page} is stored");
}

async fn copy() {
    let mut pages = stream::iter(1..=4).map(|page| fetch(page).lane(format!("fetch {page}"))).buffered(2);
    // TODO: fetch the next pages while these are stored.
    while let Some(page) = pages.next().await {
        store(page).lane("store").await;
    }
}

fn main() {
    workshop::show("hungry_loop", copy);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_pages_are_fetched_while_these_are_stored() {
        workshop::attempt(copy)
            .mistake("the body of the loop waited, and meanwhile nobody polled the stream", |run| run.took(600))
            .mistake("all four were fetched at once, and the server allows two", |run| run.took(200))
            .mistake("no fetch was begun while two pages were being stored: is there a limit too many?", |run| {
                run.took(400)
            })
            .mistake("everything ran one after another", |run| run.took(800))
            .takes(300)
            .says(&[
                "0.200 store page 1 is stored",
                "0.200 store page 2 is stored",
                "0.300 store page 3 is stored",
                "0.300 store page 4 is stored",
            ])
            .verdict();
    }
}
