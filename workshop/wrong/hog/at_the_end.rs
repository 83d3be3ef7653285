//! Mistake: the parser kept the thread, and the beats came when it was done
async fn parse() -> u32 {
    let mut pages = 0;
    for _ in 0..4 {
        block(given(ms(20)));
        pages += given(1);
    }
    tokio::task::yield_now().await;
    pages
}
