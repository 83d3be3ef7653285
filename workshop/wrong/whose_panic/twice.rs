//! Mistake: it does not hold that A's panic is written down once, before the sum
async fn program() -> u64 {
    let tasks =
        [("A", 50), ("B", 100)].map(|(name, time)| (name, spawn(task(name, time).lane(name))));
    let mut sum = 0;
    for (name, task) in tasks {
        match task.await {
            Ok(time) => sum += time,
            Err(_) => {
                say!("{name} panicked");
                say!("{name} panicked");
            }
        }
    }
    say!("sum {sum}");
    sum
}
