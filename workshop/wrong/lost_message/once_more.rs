//! Mistake: a message was lost with the future that should have sent it
async fn producer(send: mpsc::Sender<u32>) {
    for number in 1..=3 {
        if timeout(ms(10), send.send(number)).await.is_err() {
            say!("no room");
            let _ = timeout(ms(10), send.send(number)).await;
        }
    }
}
