//! Mistake: “sent 2” was said too late
async fn produce(items: tokio::sync::mpsc::Sender<u32>) {
    for item in 1..=4 {
        while items.try_send(item).is_err() {
            sleep(ms(30)).await;
        }
        say!("sent {item}");
    }
}

async fn consume(mut items: tokio::sync::mpsc::Receiver<u32>) -> u32 {
    let mut sum = 0;
    while let Some(item) = items.recv().await {
        sleep(ms(100)).await;
        sum += given(item);
    }
    sum
}

async fn program() -> u32 {
    let (send, receive) = tokio::sync::mpsc::channel(1);
    join!(biased; produce(send).lane("producer"), consume(receive).lane("consumer")).1
}
