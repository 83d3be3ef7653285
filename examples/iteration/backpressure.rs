//! Backpressure: the faster side waits for the slower one, or the difference piles up.
//!
//! In Python: `asyncio.Queue(maxsize=1)`, see `backpressure.py` beside this file. In "slow
//! consumer" and "slow producer" asyncio's `sleep` of no time gives way; on the paused clock that
//! of tokio goes on at once.
//! Look for: Without a bound the producer is done at once, and four items are kept in memory. With
//! room for one, a slow consumer wakes the producer with each item that it takes; a slow producer
//! wakes the consumer with each item that it sends.
//!
//!     cargo run --example backpressure
use async_concepts::{
    LaneExt, say,
    stage::{SceneRun, Stage},
};
use futures::try_join;
use std::{process::ExitCode, time::Duration};
use tokio::{
    spawn,
    sync::mpsc::{self, Receiver, Sender},
    time::sleep,
};

const FAST: Duration = Duration::ZERO;
const SLOW: Duration = Duration::from_millis(100);

/// Two tasks, so that each is polled when it is woken and not whenever the other one is.
async fn run(
    produce: impl Future<Output = ()> + Send + 'static,
    consume: impl Future<Output = ()> + Send + 'static,
) {
    let producer = spawn(produce.lane("producer"));
    let consumer = spawn(consume.lane("consumer"));
    try_join!(producer, consumer).expect("neither panics");
}

// ANCHOR: unbounded
pub async fn unbounded() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let produce = async move {
        for item in 1..=4 {
            // Not even async: a trap, there is always room.
            sender.send(item).expect("the consumer outlives me");
            say!("sent {item}");
        }
    };
    let consume = async move {
        while let Some(item) = receiver.recv().await {
            say!("got {item}, {} more wait", receiver.len());
            sleep(SLOW).await;
        }
    };
    run(produce, consume).await;
}
// ANCHOR_END: unbounded

// ANCHOR: bounded
// ANCHOR: produce
async fn produce(items: Sender<u32>, pace: Duration) {
    // ANCHOR: sending
    for item in 1..=4 {
        sleep(pace).await;
        // Waits for room.
        let sent = items.send(item).await;
        sent.expect("the consumer outlives me");
        say!("sent {item}");
    }
    // ANCHOR_END: sending
} // drops the only sender, which ends the consumer's loop
// ANCHOR_END: produce

async fn consume(mut items: Receiver<u32>, pace: Duration) {
    // ANCHOR: taking
    while let Some(item) = items.recv().await {
        say!("got {item}");
        sleep(pace).await;
    }
    // ANCHOR_END: taking
}

pub async fn slow_consumer() {
    let (sender, receiver) = mpsc::channel(1);
    run(produce(sender, FAST), consume(receiver, SLOW)).await;
}

pub async fn slow_producer() {
    let (sender, receiver) = mpsc::channel(1);
    run(produce(sender, SLOW), consume(receiver, FAST)).await;
}
// ANCHOR_END: bounded

fn at_most_one_waits(run: &SceneRun) -> bool {
    let mut sent = 0;
    let mut got = 0;
    for line in run.lines() {
        sent += i32::from(line.text.starts_with("sent"));
        got += i32::from(line.text.starts_with("got"));
        if sent - got > 1 {
            return false;
        }
    }
    true
}

pub fn stage() -> Stage {
    Stage::of(include_str!("backpressure.rs"))
        .scene("unbounded", unbounded)
        .must_hold("at most one item waits in the channel", at_most_one_waits)
        .scene("slow consumer", slow_consumer)
        .variant_of("unbounded")
        .must_hold("at most one item waits in the channel", at_most_one_waits)
        .scene("slow producer", slow_producer)
        .variant_of("unbounded")
        .must_hold("at most one item waits in the channel", at_most_one_waits)
}

fn main() -> ExitCode {
    stage().run()
}
