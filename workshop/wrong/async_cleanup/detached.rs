//! Mistake: the error was heard of before it was rolled back
async fn transaction() -> Result<u32> {
    let result = work().await;
    match result {
        Ok(_) => commit().await,
        Err(_) => drop(tokio::spawn(async_concepts::LaneExt::lane(roll_back(), "main"))),
    }
    result
}
