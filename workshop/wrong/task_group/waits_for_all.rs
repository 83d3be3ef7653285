//! Mistake: the error waited for the other task, which had charged the card by then
async fn order() -> Result<(), &'static str> {
    let a = tokio::spawn(check_the_stock().lane("A"));
    let b = tokio::spawn(charge_the_card().lane("B"));
    let (a, b) = tokio::join!(a, b);
    a.expect("it does not panic")?;
    b.expect("it does not panic")
}
