//! Mistake: a line was not said
async fn program() -> u32 {
    async fn sum(n: u32) -> u32 {
        if n <= 1 {
            return n;
        }
        pause().await;
        say!("{n}");
        n + Box::pin(sum(n - 1)).await
    }
    sum(given(3)).await
}
