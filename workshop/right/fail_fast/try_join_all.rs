//! Try join all.
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: give up as soon as one of them fails.
    let both = futures::future::try_join_all([a, b]).await?;
    Ok([both[0], both[1]])
}
