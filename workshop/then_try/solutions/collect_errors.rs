//! The second attempt is part of the same future, so B does not wait for it.
async fn report() -> Vec<Page> {
    let twice = async {
        if let Ok(page) = fetch(100, Err("no such page")).await {
            return Ok(page);
        }
        fetch(100, Err("no such page")).await
    };
    let b = fetch(500, Ok("page B")).lane("B");
    let (a, b) = join!(twice.lane("A"), b);
    vec![a, b]
}
