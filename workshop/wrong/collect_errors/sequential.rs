//! Mistake: they ran one after another
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A").await;
    let b = fetch(500, Ok("page B")).lane("B").await;
    vec![a, b]
}
