//! Mistake: one failure ended everything, as a panic
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    let (a, b) = futures::join!(a, b);
    vec![Ok(a.unwrap()), Ok(b.unwrap())]
}
