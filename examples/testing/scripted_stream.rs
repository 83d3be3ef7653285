//! Scripted stream: items that come when the script says, to test what works on a stream.
//!
//! In Python: an `async def` with `yield`, see `scripted_stream.py` beside this file.
//! Look for: `calm` gives an item on only when nothing has followed it for 100 ms, so of a, b, c it
//! gives on c, and then d. In a test, `tokio_test::stream_mock` brings the items and the pauses,
//! and on the paused clock the times are exact.
//!
//!     cargo run --example scripted_stream
use async_concepts::{say, stage::Stage};
use async_stream::stream;
use futures::{Stream, StreamExt};
use std::{pin::pin, process::ExitCode, time::Duration};
use tokio::time::{sleep, timeout};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

// ANCHOR: calm
/// The last item before each pause of 100 ms. (Also called debounce.)
pub fn calm<T>(items: impl Stream<Item = T>) -> impl Stream<Item = T> {
    stream! {
        let mut items = pin!(items);
        let mut last = None;
        loop {
            match timeout(ms(100), items.next()).await {
                Ok(Some(item)) => last = Some(item),
                Ok(None) => break,
                Err(_) => {
                    if let Some(item) = last.take() {
                        yield item;
                    }
                }
            }
        }
        if let Some(item) = last {
            yield item;
        }
    }
}
// ANCHOR_END: calm

// ANCHOR: test
// What the test of it looks like; it stands in `tests/examples/testing.rs`, too:
//
//     let keys = StreamMockBuilder::new()
//         .next("a").wait(ms(50)).next("b").wait(ms(50)).next("c")
//         .wait(ms(250)).next("d")
//         .build();
//     assert_eq!(calm(keys).collect::<Vec<_>>().await, ["c", "d"]);
// ANCHOR_END: test

/// The keys of the run below, which come as the script says.
fn keys() -> impl Stream<Item = char> {
    stream! {
        for (key, pause) in [('a', 50), ('b', 50), ('c', 250), ('d', 0)] {
            say!("press {key}");
            yield key;
            sleep(ms(pause)).await;
        }
    }
}

pub async fn scripted_stream() -> String {
    let mut calm = pin!(calm(keys()));
    let mut text = String::new();
    while let Some(key) = calm.next().await {
        say!("search for {key}");
        text.push(key);
    }
    text
}

pub fn stage() -> Stage {
    Stage::of(include_str!("scripted_stream.rs")).scene("scripted_stream", scripted_stream)
}

fn main() -> ExitCode {
    stage().run()
}
