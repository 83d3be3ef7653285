//! Mistake: the error of B had to wait for A
async fn order() -> Result<(), &'static str> {
    let a = tokio::spawn(check_the_stock().lane("A"));
    let b = tokio::spawn(charge_the_card().lane("B"));
    let result = a.await.expect("it does not panic");
    if result.is_err() {
        b.abort();
        return result;
    }
    b.await.expect("it does not panic")
}
