//! Mistake: the thread was kept
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;

async fn produce(items: SyncSender<u32>) {
    for item in 1..=4 {
        // TODO: wait until there is room. There should be room for one item.
        items.send(item).expect("the consumer is there");
        say!("sent {item}");
    }
}

async fn consume(items: Receiver<u32>) -> u32 {
    let mut sum = 0;
    while let Ok(item) = items.recv() {
        sleep(ms(100)).await;
        sum += given(item);
    }
    sum
}

async fn program() -> u32 {
    let (send, receive) = sync_channel(1);
    let ((), sum) =
        join!(biased; produce(send).lane("producer"), consume(receive).lane("consumer"));
    sum
}
