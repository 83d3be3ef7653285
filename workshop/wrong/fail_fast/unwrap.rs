//! Mistake: the error was made into a panic
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: give up as soon as one of them fails.
    let (a, b) = join!(async { a.await.unwrap() }, b);
    Ok([a, b?])
}
