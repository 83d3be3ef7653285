//! Mistake: “rolled back” was said more often than it should
async fn transaction() -> Result<u32> {
    let result = work().await;
    match result {
        Ok(_) => commit().await,
        Err(_) => roll_back().await,
    }
    if result.is_err() {
        roll_back().await;
    }
    result
}
