//! Mistake: the bank was not even asked: they ran one after another
async fn order() -> Result<(), &'static str> {
    check_the_stock().lane("A").await?;
    charge_the_card().lane("B").await
}
