//! Mistake: producer panicked
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::channel;

async fn produce(items: Sender<u32>) {
    for item in 1..=4 {
        // TODO: wait until there is room. There should be room for one item.
        items.blocking_send(item).expect("the consumer is there");
        say!("sent {item}");
    }
}

async fn consume(mut items: Receiver<u32>) -> u32 {
    let mut sum = 0;
    while let Some(item) = items.recv().await {
        sleep(ms(100)).await;
        sum += given(item);
    }
    sum
}

async fn program() -> u32 {
    let (send, receive) = channel(1);
    let ((), sum) =
        join!(biased; produce(send).lane("producer"), consume(receive).lane("consumer"));
    sum
}
