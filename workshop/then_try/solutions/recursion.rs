//! The number and the rest of the sum are polled together.
async fn program() -> u32 {
    async fn sum(n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        let number = async {
            pause().await;
            say!("{n}");
            n
        };
        let (number, rest) = futures::join!(number, Box::pin(sum(n - 1)));
        number + rest
    }
    sum(given(3)).await
}
