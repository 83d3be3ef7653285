//! The stream is closed where its variable ends. In a block of its own, that is right behind the
//! loop. `take(2)` together with `for_each`, which consumes the stream, would do as well.
use async_concepts::{LaneExt, say};
use async_stream::stream;
use futures::{Stream, StreamExt};
use std::pin::pin;
use tokio::time::sleep;
use workshop::{Prediction, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = Some((500, ""));

struct Source;

impl Drop for Source {
    fn drop(&mut self) {
        say!("source closed");
    }
}

fn ticker() -> impl Stream<Item = u32> {
    stream! {
        let _source = Source;
        for tick in 1.. {
            sleep(ms(100)).await;
            yield tick;
        }
    }
}

async fn program() {
    {
        let mut ticks = pin!(ticker());
        while let Some(tick) = ticks.next().await {
            say!("tick {tick}");
            if tick == 2 {
                break;
            }
        }
    }
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}

fn main() {
    workshop::show("ticker", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_closed_when_the_loop_is_left() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake(
                "`break` ended the loop, but the stream lives to the end of its variable",
                |run| run.said("0.500 main source closed"),
            )
            .mistake("the ticks came all at once, when they had been collected", |run| {
                run.said("0.200 main tick 1")
            })
            .mistake("the loop was only left when the third tick had come", |run| {
                run.said("0.300 main source closed")
            })
            .hangs("a ticker never ends by itself: something has to leave the loop", |run| {
                run.ran_at("main", 1_000)
            })
            .takes(500)
            .says(&[
                "0.100 main tick 1",
                "0.200 main tick 2",
                "0.200 main source closed",
                "0.500 main the other work is done",
            ])
            .verdict();
        workshop::scenario("a tick every 70 ms")
            .time(100, 70)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(440)
            .says(&[
                "0.070 main tick 1",
                "0.140 main tick 2",
                "0.140 main source closed",
                "0.440 main the other work is done",
            ])
            .verdict();
        workshop::scenario("the program is dropped after 150 ms")
            .attempt(async || {
                tokio::time::timeout(ms(150), program().lane("program")).await.is_err()
            })
            .predicted(PREDICTION)
            .says(&["0.100 program tick 1", "0.150 program source closed"])
            .returns(true)
            .verdict();
    }

    async fn dropped_anywhere() {
        program().lane("program").cancellable().await;
    }

    #[test]
    fn the_source_is_closed_after_any_cancellation() {
        workshop::every_cancellation(dropped_anywhere)
            .predicted(PREDICTION)
            .holds("the source is closed, once", |run| {
                run.transcript().iter().filter(|line| line.ends_with("source closed")).count() == 1
            })
            .verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/ticker.rs"]
mod then_try;
