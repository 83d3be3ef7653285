//! Mistake: the messages that were missed were not counted
async fn reader(mut messages: broadcast::Receiver<u32>) -> (Vec<u32>, u64) {
    let mut read = vec![];
    loop {
        match messages.recv().await {
            Ok(number) => {
                sleep(ms(10)).await;
                say!("reads {number}");
                read.push(number);
            }
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return (read, 0),
        }
    }
}
