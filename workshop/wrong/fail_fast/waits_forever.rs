//! Mistake: it never ends
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: give up as soon as one of them fails.
    std::future::pending::<()>().await;
    let (a, b) = join!(a, b);
    Ok([a?, b?])
}
