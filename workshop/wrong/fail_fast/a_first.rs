//! Mistake: it returned an error: Err("b was first")
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: give up as soon as one of them fails.
    let mut b = std::pin::pin!(b);
    let a = tokio::select! { biased; a = a => a?, _ = b.as_mut() => return Err("b was first") };
    Ok([a, b.await?])
}
