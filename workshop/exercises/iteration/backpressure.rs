//! Predict: four items, 100 ms to consume each, and room for one in between. When has the producer
//! sent the last one?
//!
//! In Python: `asyncio.Queue(maxsize=1)`, where `await queue.put(item)` waits for room.
//!
//! See `examples/iteration/backpressure.rs`, and the slide “Backpressure”.
//!
//! Then try: with room for two. How far ahead is the producer then?
use async_concepts::{LaneExt, say};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::{join, time::sleep};
use workshop::{Prediction, given, ms};

/// Milliseconds, and the lanes in the order in which they end: `Some((250, "B A"))`.
const PREDICTION: Prediction = None;

async fn produce(items: UnboundedSender<u32>) {
    for item in 1..=4 {
        // TODO: wait until there is room. There should be room for one item.
        items.send(item).expect("somebody consumes");
        say!("sent {item}");
    }
}

async fn consume(mut items: UnboundedReceiver<u32>) -> u32 {
    let mut sum = 0;
    while let Some(item) = items.recv().await {
        sleep(ms(100)).await;
        sum += given(item);
    }
    sum
}

async fn program() -> u32 {
    let (send, receive) = unbounded_channel();
    let ((), sum) =
        join!(biased; produce(send).lane("producer"), consume(receive).lane("consumer"));
    sum
}

fn main() {
    workshop::show("backpressure", PREDICTION, program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_producer_is_no_further_ahead_than_there_is_room() {
        workshop::attempt(program)
            .predicted(PREDICTION)
            .mistake("items were thrown away for which there was no room", |run| {
                run.output().is_some_and(|sum| *sum < 10)
            })
            .mistake("nothing held the producer back, and the items piled up", |run| {
                run.said("0.000 producer sent 4")
            })
            .hangs("the consumer waits for more: a sender is still held", |run| run.said("sent 4"))
            .takes(400)
            .says(&[
                "0.000 producer sent 1",
                "0.000 producer sent 2",
                "0.100 producer sent 3",
                "0.200 producer sent 4",
            ])
            .returns(10)
            .verdict();
        workshop::scenario("the items take 100, 300, 50 and 50 ms")
            .times(100, &[100, 300, 50, 50])
            .attempt(program)
            .predicted(PREDICTION)
            .takes(500)
            .says(&[
                "0.000 producer sent 1",
                "0.000 producer sent 2",
                "0.100 producer sent 3",
                "0.400 producer sent 4",
            ])
            .returns(10)
            .verdict();
        workshop::scenario("the third item counts for 30")
            .value(3_u32, 30)
            .attempt(program)
            .predicted(PREDICTION)
            .takes(400)
            .returns(37)
            .verdict();
    }

    #[test]
    fn no_item_is_lost_in_any_schedule() {
        workshop::every_schedule(program).predicted(PREDICTION).returns(10).verdict();
    }
}

#[cfg(all(test, feature = "then_try"))]
#[path = "../../then_try/backpressure.rs"]
mod then_try;
