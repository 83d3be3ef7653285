//! `shutdown` aborts the tasks, and waits until each of them has been dropped.
async fn order() -> Result<(), &'static str> {
    let mut tasks = JoinSet::new();
    tasks.spawn(check_the_stock().lane("A"));
    tasks.spawn(charge_the_card().lane("B"));
    while let Some(task) = tasks.join_next().await {
        let result = task.expect("it does not panic");
        if result.is_err() {
            tasks.shutdown().await;
            say!("all ended");
            return result;
        }
    }
    Ok(())
}
