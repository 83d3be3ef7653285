//! Predict: a tick every 100 ms, `break` at the second, and then 300 ms of other work. When is the source closed?
//!
//! In Python: an async generator and `async for`; there, too, `break` closes nothing, and one needs `aclosing`.
//!
//! Then try: let the source be closed when the tenth tick comes or when 250 ms are over, whichever is first.
use async_concepts::{LaneExt, say};
use async_stream::stream;
use futures::{Stream, StreamExt};
use std::pin::pin;
use tokio::time::sleep;
use workshop::ms;

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
    let mut ticks = pin!(ticker());
    while let Some(tick) = ticks.next().await {
        say!("tick {tick}");
        if tick == 2 {
            break;
        }
    }
    // TODO: the source must be closed before the other work begins.
    sleep(ms(300)).lane("other work").await;
    say!("the other work is done");
}

fn main() {
    workshop::show("ticker", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_closed_when_the_loop_is_left() {
        workshop::attempt(program)
            .mistake("`break` ended the loop, but the stream lives to the end of its variable", |run| {
                run.said("0.500 main source closed")
            })
            .mistake("the ticks came all at once, when they had been collected", |run| run.said("0.200 main tick 1"))
            .mistake("a ticker never ends by itself: somebody has to leave the loop", |run| run.never_ended())
            .takes(500)
            .says(&[
                "0.100 main tick 1",
                "0.200 main tick 2",
                "0.200 main source closed",
                "0.500 main the other work is done",
            ])
            .verdict();
    }
}
