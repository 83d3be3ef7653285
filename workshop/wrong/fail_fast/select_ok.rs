//! Mistake: the error of A was lost
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    let (one, _) = futures::future::select_ok([Box::pin(a), Box::pin(b)]).await?;
    Ok([one, one])
}
