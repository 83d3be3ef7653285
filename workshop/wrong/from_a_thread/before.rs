//! Mistake: the task was not run by the runtime, or not after the computation
async fn program() -> u32 {
    let (send, result) = oneshot::channel();
    tokio::spawn(async { send.send(task(7).await).expect("main waits") }.lane("task"));
    std::thread::spawn(on_thread("thread", move || block(ms(100))));
    result.await.unwrap_or(0)
}
