//! Mistake: “3” was said too early
async fn program() -> u32 {
    async fn sum(n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        say!("{n}");
        pause().await;
        n + Box::pin(sum(n - 1)).await
    }
    sum(given(3)).await
}
