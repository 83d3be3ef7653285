//! Mistake: there were no ticks while the work went on
async fn program() -> u32 {
    work().await
}
