//! Predict: four items, 100 ms to consume each, and room for one in between. When has the producer sent the last one?
//!
//! In Python: `asyncio.Queue(maxsize=1)`, where `await queue.put(item)` waits for room.
//!
//! Then try: with room for two. And for none at all: is there such a channel in tokio?
use async_concepts::{LaneExt, say};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::{join, time::sleep};
use workshop::ms;

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
        sum += item;
    }
    sum
}

async fn program() -> u32 {
    let (send, receive) = unbounded_channel();
    let ((), sum) = join!(biased; produce(send).lane("producer"), consume(receive).lane("consumer"));
    sum
}

fn main() {
    workshop::show("backpressure", program);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_producer_is_no_further_ahead_than_there_is_room() {
        workshop::attempt(program)
            .mistake("items were thrown away for which there was no room", |run| {
                run.output().is_some_and(|sum| *sum < 10)
            })
            .mistake("the consumer waits for more: somebody still holds a sender", |run| run.never_ended())
            .mistake("nobody held the producer back, and the items piled up", |run| run.said("0.000 producer sent 4"))
            .takes(400)
            .says(&["0.000 producer sent 1", "0.000 producer sent 2", "0.100 producer sent 3", "0.200 producer sent 4"])
            .returns(10)
            .verdict();
    }
}
