//! The permit moves into the task, and is given back when that ends.
async fn jobs() {
    let permits = std::sync::Arc::new(Semaphore::new(2));
    let mut tasks = tokio::task::JoinSet::new();
    for name in ["A", "B", "C", "D", "E", "F"] {
        let permit = permits.clone().acquire_owned().await.expect("it is never closed");
        let job = async move {
            say!("works");
            sleep(ms(100)).await;
            drop(permit);
        };
        tasks.spawn(job.lane(name));
    }
    tasks.join_all().await;
}
