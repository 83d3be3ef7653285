//! Mistake: they ran one after another
/// What became of each page.
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: the report should say what became of both.
    let _ = a.await;
    let b = b.await;
    let _ = b;
    vec![Err("no such page"), Ok("page B")]
}
