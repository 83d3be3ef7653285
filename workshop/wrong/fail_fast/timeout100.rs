//! Mistake: the error of B had to wait for A
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: give up as soon as one of them fails.
    match tokio::time::timeout(ms(100), async { join!(a, b) }).await {
        Ok((a, b)) => Ok([a?, b?]),
        Err(_) => Err("no such page"),
    }
}
