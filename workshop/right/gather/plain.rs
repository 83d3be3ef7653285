//! As most people would write it.
async fn naps() -> [u64; 3] {
    // TODO: let the naps overlap, so that together they take no longer than the longest.
    let (a, b, c) = tokio::join!(nap(100).lane("A"), nap(300).lane("B"), nap(200).lane("C"));
    [a, b, c]
}
