//! The closure is plain code, and its handle is awaited.
async fn parse() -> u32 {
    let pages = || {
        let mut pages = 0;
        for _ in 0..4 {
            block(given(ms(20)));
            pages += given(1);
        }
        pages
    };
    let thread = async_concepts::on_thread("parser thread", pages);
    tokio::task::spawn_blocking(thread).await.expect("it does not panic")
}
