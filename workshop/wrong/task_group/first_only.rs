//! Mistake: a task was stopped though nothing had failed
async fn order() -> Result<(), &'static str> {
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(check_the_stock().lane("A"));
    tasks.spawn(charge_the_card().lane("B"));
    tasks.join_next().await.expect("there are two").expect("it does not panic")
}
