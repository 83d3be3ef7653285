//! Mistake: the task was dropped on the thread, and not started
async fn program() -> u32 {
    let (send, result) = oneshot::channel();
    std::thread::spawn(on_thread("thread", move || {
        block(ms(100));
        let task = async { send.send(task(7).await).expect("main waits") };
        let task = task.lane("task");
        if Handle::try_current().is_ok() {
            tokio::spawn(task);
        }
    }));
    result.await.unwrap_or(0)
}
