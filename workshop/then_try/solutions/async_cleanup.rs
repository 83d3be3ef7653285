//! A guard starts the task, unless the function has come to its own end.
struct Unfinished(bool);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.0 {
            tokio::spawn(async_concepts::LaneExt::lane(roll_back(), "cleanup"));
        }
    }
}

async fn transaction() -> Result<u32> {
    let mut guard = Unfinished(true);
    let result = work().await;
    match result {
        Ok(_) => commit().await,
        Err(_) => roll_back().await,
    }
    guard.0 = false;
    result
}
