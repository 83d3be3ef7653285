//! Mistake: the results are in the order of the clock
async fn naps() -> [u64; 3] {
    let mut tasks = tokio::task::JoinSet::new();
    for (length, name) in [(100, "A"), (300, "B"), (200, "C")] {
        tasks.spawn(nap(length).lane(name));
    }
    tasks.join_all().await.try_into().expect("there are three")
}
