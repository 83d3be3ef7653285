//! `send_timeout` gives the message back.
async fn producer(send: mpsc::Sender<u32>) {
    for number in 1..=3 {
        let mut message = number;
        loop {
            match send.send_timeout(message, ms(30)).await {
                Ok(()) => break,
                Err(error) => {
                    say!("no room");
                    message = error.into_inner();
                }
            }
        }
    }
}
