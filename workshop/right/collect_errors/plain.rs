//! As most people would write it.
/// What became of each page.
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: the report should say what became of both.
    let (a, b) = futures::join!(a, b);
    vec![a, b]
}
