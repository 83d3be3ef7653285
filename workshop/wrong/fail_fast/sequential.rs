//! Mistake: B had not even begun: they ran one after another
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A").await?;
    let b = fetch(500, Ok("page B")).lane("B").await?;
    Ok([a, b])
}
