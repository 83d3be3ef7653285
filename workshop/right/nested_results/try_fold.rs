//! Try fold.
async fn total() -> Size {
    let (a, b, c) = (measure("A", 300, true), measure("B", 100, false), measure("C", 500, true));
    // TODO: an error should be heard of as soon as it happens.
    use futures::TryStreamExt;
    let set = futures::stream::FuturesUnordered::from_iter([a, b, c]);
    set.map_err(|e| e.to_string()).try_fold(0, async |sum, size| Ok(sum + size?)).await
}
