//! Mistake: “tick” was said more often than it should
async fn program() -> u32 {
    let mut work = std::pin::pin!(work());
    let mut ticks = tokio::time::interval(ms(40));
    loop {
        tokio::select! {
            output = &mut work => return output,
            _ = ticks.tick() => say!("tick"),
        }
    }
}
