//! Mistake: “no room” was said more often than it should
async fn producer(send: mpsc::Sender<u32>) {
    for number in 1..=3 {
        while send.try_send(number).is_err() {
            sleep(ms(30)).await;
            say!("no room");
        }
    }
}
