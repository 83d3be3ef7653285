//! Mistake: a task outlived its function: returning dropped only the handle
use futures::{StreamExt, stream::FuturesUnordered};

async fn order() -> Result<(), &'static str> {
    let mut tasks = FuturesUnordered::new();
    tasks.push(tokio::spawn(check_the_stock().lane("A")));
    tasks.push(tokio::spawn(charge_the_card().lane("B")));
    while let Some(task) = tasks.next().await {
        task.expect("it does not panic")?;
    }
    Ok(())
}
