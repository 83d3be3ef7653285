//! `try_join!` has ended before A fails, and A is dropped.
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(50, Err("no paper")).lane("B");
    let (a, b) = try_join!(a, b)?;
    Ok([a, b])
}
