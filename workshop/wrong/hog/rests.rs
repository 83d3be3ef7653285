//! Mistake: the parser rested after each page: it took longer than it had to
async fn parse() -> u32 {
    let mut pages = 0;
    for _ in 0..4 {
        block(given(ms(20)));
        pages += given(1);
        sleep(ms(10)).await;
    }
    pages
}
