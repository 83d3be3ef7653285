//! A thread of its own, and a channel for what it finds.
async fn login() -> u64 {
    let (send, receive) = tokio::sync::oneshot::channel();
    std::thread::spawn(async_concepts::on_thread("hash", move || send.send(hash())));
    receive.await.expect("the thread sends")
}
