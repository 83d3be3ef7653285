//! Mistake: a panic was written down, and there was none
async fn program() -> u64 {
    let tasks =
        [("A", 50), ("B", 100)].map(|(name, time)| (name, spawn(task(name, time).lane(name))));
    let mut sum = 0;
    for (name, task) in tasks {
        sum += task.await.unwrap_or(0);
        if name == "A" {
            say!("A panicked");
        }
    }
    say!("sum {sum}");
    sum
}
