//! A counter that may be shared between threads.
async fn program() -> u32 {
    let count = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(given(1)));
    let task = async move {
        step().await;
        count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1
    };
    tokio::spawn(task.lane("task")).await.expect("it does not panic")
}
