//! Mistake: a task outlived its function: returning dropped only the handle
async fn order() -> Result<(), &'static str> {
    let a = spawn(check_the_stock().lane("A"));
    let b = spawn(charge_the_card().lane("B"));
    // TODO: nothing that was started here may outlive this function.
    tokio::select! { a = a => a.unwrap(), b = b => b.unwrap() }
}
