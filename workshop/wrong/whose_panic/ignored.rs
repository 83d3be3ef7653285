//! Mistake: the panic was not written down
async fn program() -> u64 {
    let tasks =
        [("A", 50), ("B", 100)].map(|(name, time)| (name, spawn(task(name, time).lane(name))));
    let mut sum = 0;
    for (_, task) in tasks {
        sum += task.await.unwrap_or(0);
    }
    sum
}
