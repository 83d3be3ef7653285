//! A task cannot be started again; another one with the same work can.
async fn run(name: &'static str, time: u64) -> u64 {
    for _ in 0..4 {
        match spawn(task(name, time).lane(name)).await {
            Ok(time) => return time,
            Err(_) => say!("{name} panicked"),
        }
    }
    0
}

async fn program() -> u64 {
    let (a, b) = tokio::join!(run("A", 50), run("B", 100));
    say!("sum {}", a + b);
    a + b
}
