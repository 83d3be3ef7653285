//! Paused clock: a test of an hour takes a millisecond, and its times are exact.
//!
//! In Python: `IsolatedAsyncioTestCase`, with real time or a patched loop.
//! No twin: asyncio has no clock that could be paused; the tests of the twins bring one.
//! Look for: A retry that doubles its delay: 100, 200, 400 ms. In a test, `start_paused` lets the
//! clock jump to the next timer when everything waits. Two traps: `std::time::Instant` does not
//! follow the paused clock, and while a thread of `spawn_blocking` works, the clock stands still.
//! The explorer steps through the retry, and not through its test.
//!
//!     cargo run --example paused_clock
use async_concepts::{say, stage::Stage};
use std::{process::ExitCode, time::Duration};
use tokio::time::{Instant, sleep};

// ANCHOR: retry
/// Tries until it succeeds; waits 100 ms before the second attempt, and twice as long each time.
pub async fn retry<T>(mut attempt: impl AsyncFnMut(u32) -> Option<T>) -> T {
    let mut delay = Duration::from_millis(100);
    let mut number = 1;
    loop {
        if let Some(value) = attempt(number).await {
            return value;
        }
        sleep(delay).await;
        delay *= 2;
        number += 1;
    }
}
// ANCHOR_END: retry

/// Fails three times.
pub async fn flaky(number: u32) -> Option<&'static str> {
    say!("attempt {number}");
    if number < 4 { None } else { Some("connected") }
}

// ANCHOR: test
// What the test of it looks like, which is not run below;
// it stands in `tests/examples/testing.rs`, too:
//
//     #[tokio::test(start_paused = true)]
//     async fn a_retry_waits_twice_as_long_each_time() {
//         let start = Instant::now(); // tokio's
//         assert_eq!(retry(flaky).await, "connected");
//         assert_eq!(start.elapsed(), Duration::from_millis(100 + 200 + 400));
//     }
// ANCHOR_END: test

pub async fn paused_clock() -> Duration {
    let start = Instant::now();
    let value = retry(flaky).await;
    say!("{value} after {} ms", start.elapsed().as_millis());
    start.elapsed()
}

pub fn stage() -> Stage {
    Stage::of(include_str!("paused_clock.rs")).scene("paused_clock", paused_clock)
}

fn main() -> ExitCode {
    stage().run()
}
