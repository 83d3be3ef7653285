//! Mistake: it never ends
/// What became of each page.
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: the report should say what became of both.
    std::future::pending::<()>().await;
    match try_join!(a, b) {
        Ok((a, b)) => vec![Ok(a), Ok(b)],
        Err(error) => vec![Err(error)],
    }
}
