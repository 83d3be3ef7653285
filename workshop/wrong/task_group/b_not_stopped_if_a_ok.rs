//! Mistake: the error of B had to wait for A
async fn order() -> Result<(), &'static str> {
    let a = spawn(check_the_stock().lane("A"));
    let b = spawn(charge_the_card().lane("B"));
    // TODO: nothing that was started here may outlive this function.
    if let Err(e) = a.await.expect("x") {
        b.abort();
        return Err(e);
    }
    b.await.expect("x")
}
