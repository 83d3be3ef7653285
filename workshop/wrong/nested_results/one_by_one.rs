//! Mistake: the error of B had to wait for A, which was awaited first
async fn total() -> Size {
    let tasks = [measure("A", 300, true), measure("B", 100, false), measure("C", 500, true)];
    let mut sum = 0;
    for task in tasks {
        sum += task.await.map_err(|error| error.to_string())??;
    }
    Ok(sum)
}
