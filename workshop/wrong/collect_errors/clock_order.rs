//! Mistake: the results are in the order of the clock: which page failed?
/// What became of each page.
async fn report() -> Vec<Page> {
    let a = fetch(100, Err("no such page")).lane("A");
    let b = fetch(500, Ok("page B")).lane("B");
    // TODO: the report should say what became of both.
    use futures::FutureExt;
    use futures::StreamExt;
    futures::stream::FuturesUnordered::from_iter([b.boxed(), a.boxed()]).collect().await
}
