//! Mistake: the result is a constant
async fn program() -> u32 {
    tokio::spawn(step().lane("task")).await.expect("it does not panic");
    2
}
