//! Mistake: items were thrown away for which there was no room
use tokio::sync::mpsc::{Receiver, Sender, channel};

async fn produce(items: Sender<u32>) {
    for item in 1..=4 {
        if items.try_send(item).is_ok() {
            say!("sent {item}");
        }
    }
}

async fn consume(mut items: Receiver<u32>) -> u32 {
    let mut sum = 0;
    while let Some(item) = items.recv().await {
        sleep(ms(100)).await;
        sum += item;
    }
    sum
}

async fn program() -> u32 {
    let (send, receive) = channel(1);
    let ((), sum) =
        join!(biased; produce(send).lane("producer"), consume(receive).lane("consumer"));
    sum
}
