//! Mistake: it gave up at 100 ms, and no page had failed
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    tokio::select! {
        a = a => Ok([a?, "no page"]),
        b = b => Ok(["no page", b?]),
    }
}
