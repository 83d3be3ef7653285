//! Mistake: B was given up because A had failed
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    vec![tokio::select! { page = a => page, page = b => page }]
}
