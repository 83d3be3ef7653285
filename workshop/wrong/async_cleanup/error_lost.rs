//! Mistake: “Ok(0)” should not have been said
async fn transaction() -> Result<u32> {
    match work().await {
        Ok(value) => {
            commit().await;
            Ok(value)
        }
        Err(_) => {
            roll_back().await;
            Ok(0)
        }
    }
}
