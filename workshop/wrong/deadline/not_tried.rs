//! Mistake: the bank was not even asked
async fn pay() -> Result<(), &'static str> {
    let _transfer = transfer().lane("transfer");
    sleep(ms(50)).await;
    Err("too slow")
}
