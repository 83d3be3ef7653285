//! Ticker: an asynchronous generator, which waits between its items. What becomes of it after
//! `break`?
//!
//! In Python: `async def` with `yield`, and `aclosing`, see `ticker.py` beside this file.
//! Look for: `break` leaves the loop, not the stream. In "break" the row of the stream goes on
//! until its scope ends, at 2.5 s; in "close" it ends at 2 s, where it is dropped. Without
//! `aclosing`, Python leaves the closing to the event loop, so in "break" the generator is closed
//! after its function has returned.
//!
//!     cargo run --example ticker
use async_concepts::{LaneExt, StreamLaneExt, say, stage::Stage};
use async_stream::stream;
use futures::{Stream, StreamExt};
use std::{pin::pin, process::ExitCode, time::Duration};
use tokio::time::sleep;

/// What the generator must not leave open. Python has `finally`, which may even wait; `drop`
/// cannot.
struct Source;

impl Drop for Source {
    fn drop(&mut self) {
        say!("closed");
    }
}

// ANCHOR: ticker
fn ticker(delay: Duration, to: u32) -> impl Stream<Item = u32> {
    stream! {
        // ANCHOR: ticks
        let _source = Source;
        for tick in 0..to {
            yield tick;
            sleep(delay).await;
        }
        // ANCHOR_END: ticks
    }
}
// ANCHOR_END: ticker

// ANCHOR: to_the_end
pub async fn to_the_end() {
    let mut ticks = pin!(ticker(Duration::from_secs(1), 3).lane("ticks"));
    while let Some(tick) = ticks.next().await {
        say!("tick {tick}");
    }
    say!("no more ticks");
}
// ANCHOR_END: to_the_end

// ANCHOR: break
// ANCHOR: leave
async fn wait_for_the_second() {
    let mut ticks = pin!(ticker(Duration::from_secs(1), 1000).lane("ticks"));
    // ANCHOR: count
    while let Some(tick) = ticks.next().await {
        say!("tick {tick}");
        if tick == 2 {
            break;
        }
    }
    say!("left the loop; the source is still open");
    sleep(Duration::from_millis(500)).await;
    // ANCHOR_END: count
} // dropped here, in the middle of its `yield`
// ANCHOR_END: leave

pub async fn break_out() {
    wait_for_the_second().lane("count").await;
    say!("returned");
    sleep(Duration::from_millis(500)).await;
}
// ANCHOR_END: break

// ANCHOR: close
async fn wait_and_close() {
    {
        // A scope for the loop alone, as `async with aclosing(…)` is in Python.
        let mut ticks = pin!(ticker(Duration::from_secs(1), 1000).lane("ticks"));
        while let Some(tick) = ticks.next().await {
            say!("tick {tick}");
            if tick == 2 {
                break;
            }
        }
    }
    say!("left the loop; the source is closed");
    sleep(Duration::from_millis(500)).await;
}

pub async fn close() {
    wait_and_close().lane("count").await;
    say!("returned");
    sleep(Duration::from_millis(500)).await;
}
// ANCHOR_END: close

pub fn stage() -> Stage {
    Stage::of(include_str!("ticker.rs"))
        .scene("to the end", to_the_end)
        .scene("break", break_out)
        .variant_of("to the end")
        .scene("close", close)
        .variant_of("to the end")
}

fn main() -> ExitCode {
    stage().run()
}
