//! Mistake: all six worked at once: the permits were given back before the work began
async fn jobs() {
    let permits = Semaphore::new(2);
    let mut jobs = tokio::task::JoinSet::new();
    for name in ["A", "B", "C", "D", "E", "F"] {
        let _permit = permits.acquire().await;
        let job = async {
            say!("works");
            sleep(ms(100)).await;
        };
        jobs.spawn(job.lane(name));
    }
    jobs.join_all().await;
}
