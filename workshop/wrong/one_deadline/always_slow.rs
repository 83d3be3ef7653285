//! Mistake: steps that were quick enough were given up
async fn steps() -> Result<u32, Elapsed> {
    step(1).await;
    step(2).await;
    timeout(ms(20), std::future::pending()).await
}
