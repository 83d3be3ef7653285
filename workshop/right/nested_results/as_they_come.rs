//! The results in the order of the clock; the first error ends it.
use futures::{StreamExt, stream::FuturesUnordered};

async fn total() -> Size {
    let tasks = [measure("A", 300, true), measure("B", 100, false), measure("C", 500, true)];
    let mut tasks: FuturesUnordered<_> = tasks.into_iter().collect();
    let mut sum = 0;
    while let Some(task) = tasks.next().await {
        sum += task.map_err(|error| error.to_string())??;
    }
    Ok(sum)
}
