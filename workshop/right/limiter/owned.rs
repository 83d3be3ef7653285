//! Tasks that take their permit with them.
use std::sync::Arc;

async fn jobs() {
    let permits = Arc::new(Semaphore::new(2));
    let mut tasks = tokio::task::JoinSet::new();
    for name in ["A", "B", "C", "D", "E", "F"] {
        let permit = permits.clone().acquire_owned().await;
        let job = async move {
            let _permit = permit;
            say!("works");
            sleep(ms(100)).await;
        };
        tasks.spawn(job.lane(name));
    }
    tasks.join_all().await;
}
