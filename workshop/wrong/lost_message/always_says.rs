//! Mistake: it said that there was no room, and there was
async fn producer(send: mpsc::Sender<u32>) {
    for number in 1..=3 {
        if number == 3 {
            sleep(std::time::Duration::from_millis(30)).await;
            say!("no room");
        }
        send.send(number).await.expect("the consumer is there");
    }
}
