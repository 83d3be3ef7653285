//! Mistake: each step kept its own limit, and all together took longer
async fn steps() -> Result<u32, Elapsed> {
    let first = timeout(ms(100), step(1)).await?;
    let second = timeout(ms(100), step(2)).await?;
    Ok(first + second + timeout(ms(100), step(3)).await?)
}
