//! Select both.
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: give up as soon as one of them fails.
    let (mut a, mut b) = (std::pin::pin!(a), std::pin::pin!(b));
    tokio::select! {
        a = &mut a => Ok([a?, b.await?]),
        b = &mut b => { let b = b?; Ok([a.await?, b]) }
    }
}
