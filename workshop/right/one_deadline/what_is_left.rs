//! Each step gets what is left of the time.
async fn steps() -> Result<u32, Elapsed> {
    let end = tokio::time::Instant::now() + ms(100);
    let mut sum = 0;
    for number in 1..=3 {
        sum += tokio::time::timeout_at(end, step(number)).await?;
    }
    Ok(sum)
}
