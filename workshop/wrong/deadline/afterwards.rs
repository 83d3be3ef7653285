//! Mistake: it looked at the clock when it was over, which is no deadline
async fn pay() -> Result<(), &'static str> {
    let begin = tokio::time::Instant::now();
    transfer().lane("transfer").await;
    if begin.elapsed() > ms(50) { Err("too slow") } else { Ok(()) }
}
