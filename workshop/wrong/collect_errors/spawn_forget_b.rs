//! Mistake: `B` was still under way when the program ended: nothing waited for it
/// What became of each page.
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: the report should say what became of both.
    let b = tokio::spawn(b);
    let a = a.await;
    let b = if b.is_finished() { b.await.unwrap() } else { Err("not yet") };
    vec![a, b]
}
