//! All are awaited first.
async fn program() -> u64 {
    let names = ["A", "B"];
    let done = futures::future::join_all([
        spawn(task("A", 50).lane("A")),
        spawn(task("B", 100).lane("B")),
    ])
    .await;
    let mut sum = 0;
    for (name, done) in names.iter().zip(done) {
        match done {
            Ok(time) => sum += time,
            Err(_) => say!("{name} panicked"),
        }
    }
    say!("sum {sum}");
    sum
}
