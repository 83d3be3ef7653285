//! A `JoinSet`, and names by the ids of tasks.
async fn program() -> u64 {
    let mut tasks = tokio::task::JoinSet::new();
    let mut names = std::collections::HashMap::new();
    for (name, time) in [("A", 50), ("B", 100)] {
        names.insert(tasks.spawn(task(name, time).lane(name)).id(), name);
    }
    let mut sum = 0;
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(time) => sum += time,
            Err(error) => say!("{} panicked", names[&error.id()]),
        }
    }
    say!("sum {sum}");
    sum
}
