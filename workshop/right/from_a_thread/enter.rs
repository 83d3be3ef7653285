//! The thread enters the runtime.
async fn program() -> u32 {
    let (send, result) = oneshot::channel();
    let runtime = Handle::current();
    std::thread::spawn(on_thread("thread", move || {
        block(ms(100));
        let _inside = runtime.enter();
        let task = async { send.send(task(7).await).expect("main waits") };
        tokio::spawn(task.lane("task"));
    }));
    result.await.unwrap_or(0)
}
