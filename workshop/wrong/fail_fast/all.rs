//! Mistake: the error of A had to wait for B
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    let pages: Result<Vec<_>, _> = futures::future::join_all([a, b]).await.into_iter().collect();
    pages.map(|pages| [pages[0], pages[1]])
}
