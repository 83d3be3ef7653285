//! Mistake: pages were left out
async fn parse() -> u32 {
    for _ in 0..4 {
        block(given(ms(20)));
        tokio::task::yield_now().await;
    }
    4
}
