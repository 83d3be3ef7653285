//! Mistake: nothing was read after `Lagged`: what the channel had kept was lost
async fn reader(mut messages: broadcast::Receiver<u32>) -> (Vec<u32>, u64) {
    let mut read = vec![];
    let mut missed = 0;
    loop {
        match messages.recv().await {
            Ok(number) => {
                sleep(ms(10)).await;
                say!("reads {number}");
                read.push(number);
            }
            Err(broadcast::error::RecvError::Lagged(number)) => {
                missed += number;
                messages = messages.resubscribe();
            }
            Err(broadcast::error::RecvError::Closed) => return (read, missed),
        }
    }
}
