//! Mistake: the error of A is missing in the report
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    let (a, b) = futures::join!(a, b);
    [a, b].into_iter().filter(Result::is_ok).collect()
}
