//! Await for: wait for each item, or for all of them? The two look alike and do not behave alike.
//!
//! In Python: `async for i in f()` beside `for i in await f()`, see `await_for.py` beside this
//! file.
//! Look for: A stream hands out its first item early, and saves no time. The stream's first item
//! comes at 1 s; the list has all three at 3 s. Both scenes take 4.5 s, since nothing is downloaded
//! while an item is used; see `pipeline` for that.
//!
//!     cargo run --example await_for
use async_concepts::{LaneExt, StreamLaneExt, say, stage::Stage};
use async_stream::stream;
use futures::{Stream, StreamExt};
use std::{pin::pin, process::ExitCode, time::Duration};
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

// ANCHOR: download
async fn download(number: u32) -> u32 {
    sleep(SECOND).await;
    say!("{number} arrives");
    number
}
// ANCHOR_END: download

// ANCHOR: work
async fn work(item: u32) {
    say!("use {item}");
    sleep(SECOND / 2).await;
}
// ANCHOR_END: work

// ANCHOR: stream
// ANCHOR: one_by_one
fn one_by_one() -> impl Stream<Item = u32> {
    stream! {
        for number in 1..=3 {
            yield download(number).lane("download").await;
        }
    }
}
// ANCHOR_END: one_by_one

pub async fn async_for() {
    let mut items = pin!(one_by_one().lane("stream"));
    while let Some(item) = items.next().await {
        work(item).lane("use").await;
    }
}
// ANCHOR_END: stream

// ANCHOR: list
// ANCHOR: all_of_them
async fn all_of_them() -> Vec<u32> {
    let mut items = vec![];
    for number in 1..=3 {
        items.push(download(number).lane("download").await);
    }
    items
}
// ANCHOR_END: all_of_them

pub async fn for_await() {
    for item in all_of_them().await {
        work(item).lane("use").await;
    }
}
// ANCHOR_END: list

pub fn stage() -> Stage {
    Stage::of(include_str!("await_for.rs"))
        .scene("async for", async_for)
        .scene("for … await", for_await)
        .variant_of("async for")
}

fn main() -> ExitCode {
    stage().run()
}
