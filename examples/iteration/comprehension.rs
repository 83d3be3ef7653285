//! Comprehension: filter and map what arrives one by one, and wait for a condition or an element.
//!
//! In Python: `[… async for …]` and `[await … for … if await …]`, see `comprehension.py` beside
//! this file.
//! Look for: Nothing runs concurrently in either scene. Like the comprehension, `filter` and `then`
//! handle one item after the other, so "await in it" takes 2.4 s, the sum of four conditions and
//! two squares. For several at a time, see `pipeline`.
//!
//!     cargo run --example comprehension
use async_concepts::{LaneExt, StreamLaneExt, say, stage::Stage};
use async_stream::stream;
use futures::{Stream, StreamExt, future::ready, stream};
use std::{process::ExitCode, time::Duration};
use tokio::time::sleep;

fn ticker(delay: Duration, to: u32) -> impl Stream<Item = u32> {
    stream! {
        for tick in 0..to {
            yield tick;
            sleep(delay).await;
        }
    }
}

// ANCHOR: async_for
pub async fn async_for() -> Vec<u32> {
    let ticks = ticker(Duration::from_secs(1), 4).lane("ticks");
    // The condition is not waited for; `filter` takes a future nevertheless, and `ready` makes one
    // of a value.
    let odd = ticks.filter(|tick| ready(tick % 2 == 1)).collect::<Vec<_>>().await;
    say!("{odd:?}");
    odd
}
// ANCHOR_END: async_for

async fn is_odd(number: u32) -> bool {
    // ANCHOR: is_odd
    say!("is {number} odd?");
    sleep(Duration::from_millis(100)).await;
    // ANCHOR_END: is_odd
    number % 2 == 1
}

async fn square(number: u32) -> u32 {
    // ANCHOR: square
    say!("square {number}");
    sleep(Duration::from_secs(1)).await;
    // ANCHOR_END: square
    number * number
}

// ANCHOR: awaits
pub async fn awaits() -> Vec<u32> {
    // ANCHOR: squares
    let odd = stream::iter(1..=4).filter(|&number| is_odd(number).lane("is_odd"));
    let squares = odd.then(|number| square(number).lane("square")).collect::<Vec<_>>().await;
    say!("{squares:?}");
    // ANCHOR_END: squares
    squares
}
// ANCHOR_END: awaits

pub fn stage() -> Stage {
    Stage::of(include_str!("comprehension.rs"))
        .scene("async for", async_for)
        .scene("await in it", awaits)
}

fn main() -> ExitCode {
    stage().run()
}
