//! Mistake: work that had succeeded was rolled back
async fn transaction() -> Result<u32> {
    let result = work().await;
    roll_back().await;
    result
}
