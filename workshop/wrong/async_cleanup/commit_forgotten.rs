//! Mistake: a line was not said
async fn transaction() -> Result<u32> {
    match work().await {
        Ok(value) => {
            let _ = commit();
            Ok(value)
        }
        Err(error) => {
            roll_back().await;
            Err(error)
        }
    }
}
