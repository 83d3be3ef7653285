//! Mistake: the error was lost
async fn order() -> Result<(), &'static str> {
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(check_the_stock().lane("A"));
    tasks.spawn(charge_the_card().lane("B"));
    let _ = tasks.join_next().await;
    Ok(())
}
