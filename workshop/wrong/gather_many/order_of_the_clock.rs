//! Mistake: the results are in the order of the clock, not of the list
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let mut tasks = tokio::task::JoinSet::new();
    for length in lengths {
        tasks.spawn(nap(length).lane(format!("nap {length}")));
    }
    tasks.join_all().await
}
