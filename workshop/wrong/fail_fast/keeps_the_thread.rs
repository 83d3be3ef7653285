//! Mistake: the thread was kept
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: give up as soon as one of them fails.
    std::thread::sleep(std::time::Duration::from_millis(6000));
    let (a, b) = join!(a, b);
    Ok([a?, b?])
}
