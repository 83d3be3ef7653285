//! Joinset.
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: give up as soon as one of them fails.
    let mut set = tokio::task::JoinSet::new();
    set.spawn(async { (0, a.await) });
    set.spawn(async { (1, b.await) });
    let mut out = [""; 2];
    while let Some(r) = set.join_next().await {
        let (i, r) = r.unwrap();
        out[i] = r?;
    }
    Ok(out)
}
