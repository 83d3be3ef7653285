//! Mistake: it does not end when the sender has gone
async fn reader(mut messages: broadcast::Receiver<u32>) -> (Vec<u32>, u64) {
    let (mut read, mut missed) = (vec![], 0);
    loop {
        match messages.recv().await {
            Ok(number) => {
                sleep(ms(10)).await;
                say!("reads {number}");
                read.push(number);
            }
            Err(broadcast::error::RecvError::Lagged(number)) => missed += number,
            Err(broadcast::error::RecvError::Closed) if read.is_empty() => {
                tokio::task::yield_now().await
            }
            Err(broadcast::error::RecvError::Closed) => return (read, missed),
        }
    }
}
