//! Mistake: the inner `Result`s were only looked into when all were done
async fn total() -> Size {
    let tasks = [measure("A", 300, true), measure("B", 100, false), measure("C", 500, true)];
    let sizes = futures::future::join_all(tasks).await;
    sizes.into_iter().map(|size| size.map_err(|error| error.to_string())?).sum()
}
