//! What is missing is seen by the numbers.
async fn reader(mut messages: broadcast::Receiver<u32>) -> (Vec<u32>, u64) {
    let mut read = vec![];
    let mut missed = 0;
    let mut last = 0;
    loop {
        let number = match messages.recv().await {
            Ok(number) => number,
            Err(broadcast::error::RecvError::Lagged(_)) => continue,
            Err(broadcast::error::RecvError::Closed) => return (read, missed),
        };
        missed += u64::from(number - last - 1);
        last = number;
        sleep(ms(10)).await;
        say!("reads {number}");
        read.push(number);
    }
}
