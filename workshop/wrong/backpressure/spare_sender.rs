//! Mistake: the consumer waits for more: a sender is still held
use tokio::sync::mpsc::{Receiver, Sender, channel};

async fn produce(items: Sender<u32>) {
    for item in 1..=4 {
        items.send(item).await.expect("the consumer is there");
        say!("sent {item}");
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
        join!(biased; produce(send.clone()).lane("producer"), consume(receive).lane("consumer"));
    sum
}
