//! Mistake: it never ends
async fn order() -> Result<(), &'static str> {
    let a = spawn(check_the_stock().lane("A"));
    let b = spawn(charge_the_card().lane("B"));
    // TODO: nothing that was started here may outlive this function.
    std::future::pending::<()>().await;
    a.await.expect("it does not panic")?;
    b.await.expect("it does not panic")
}
