//! Mistake: it did not say that there was no room
async fn producer(send: mpsc::Sender<u32>) {
    for number in 1..=3 {
        send.send(number).await.expect("the consumer is there");
    }
}
