//! Unlaned outer task.
async fn naps() -> [u64; 3] {
    // TODO: let the naps overlap, so that together they take no longer than the longest.
    let a = tokio::spawn(async { nap(100).lane("A").await });
    let b = tokio::spawn(async { nap(300).lane("B").await });
    let c = tokio::spawn(async { nap(200).lane("C").await });
    [a.await.unwrap(), b.await.unwrap(), c.await.unwrap()]
}
