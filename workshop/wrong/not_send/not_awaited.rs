//! Mistake: the task did not come to its end, and its result was made up
async fn program() -> u32 {
    let first = given(1);
    let task = async move {
        let count = std::sync::Arc::new(std::sync::Mutex::new(first));
        step().await;
        *count.lock().unwrap() += 1;
    };
    tokio::spawn(task.lane("task"));
    step().await;
    first + 1
}
