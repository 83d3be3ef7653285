//! Rendezvous sem.
static ROOM: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(1);

async fn produce(items: UnboundedSender<u32>) {
    for item in 1..=4 {
        ROOM.acquire().await.unwrap().forget();
        items.send(item).expect("the consumer is there");
        say!("sent {item}");
    }
}

async fn consume(mut items: UnboundedReceiver<u32>) -> u32 {
    let mut sum = 0;
    while let Some(item) = items.recv().await {
        ROOM.add_permits(1);
        sleep(ms(100)).await;
        sum += given(item);
    }
    sum
}
