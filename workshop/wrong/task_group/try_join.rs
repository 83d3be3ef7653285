//! Mistake: the error waited for the other task, which had charged the card by then
async fn order() -> Result<(), &'static str> {
    let a = spawn(check_the_stock().lane("A"));
    let b = spawn(charge_the_card().lane("B"));
    // TODO: nothing that was started here may outlive this function.
    let (a, b) = tokio::try_join!(a, b).unwrap();
    a?;
    b
}
