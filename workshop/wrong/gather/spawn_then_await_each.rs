//! Mistake: the naps ran one after another
async fn naps() -> [u64; 3] {
    // TODO: let the naps overlap, so that together they take no longer than the longest.
    let a = tokio::spawn(nap(100).lane("A")).await.unwrap();
    let b = tokio::spawn(nap(300).lane("B")).await.unwrap();
    let c = tokio::spawn(nap(200).lane("C")).await.unwrap();
    [a, b, c]
}
