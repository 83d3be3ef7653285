//! A channel takes what both give, and ends when both senders are gone.
async fn program() -> u32 {
    let (send, mut results) = tokio::sync::mpsc::unbounded_channel();
    let runtime = Handle::current();
    std::thread::spawn(on_thread("thread", move || {
        block(ms(100));
        for _ in 0..2 {
            let send = send.clone();
            let task = async move { send.send(task(7).await).expect("main waits") };
            runtime.spawn(task.lane("task"));
        }
    }));
    let mut sum = 0;
    while let Some(number) = results.recv().await {
        sum += number;
    }
    sum
}
