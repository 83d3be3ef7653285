//! Mistake: work that had failed was committed
async fn transaction() -> Result<u32> {
    let result = work().await;
    commit().await;
    if result.is_err() {
        roll_back().await;
    }
    result
}
