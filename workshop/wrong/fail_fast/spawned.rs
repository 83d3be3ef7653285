//! Mistake: B was not stopped: it is a task of its own, and goes on
async fn both() -> Result<[&'static str; 2], &'static str> {
    let a = tokio::spawn(fetch(100, Err("no such page")).lane("A"));
    let b = tokio::spawn(fetch(500, Ok("page B")).lane("B"));
    let a = async { a.await.expect("it does not panic") };
    let b = async { b.await.expect("it does not panic") };
    let (a, b) = futures::try_join!(a, b)?;
    Ok([a, b])
}
