//! Mistake: the first nap was over before the others began
async fn naps() -> [u64; 3] {
    let a = nap(100).lane("A").await;
    let (b, c) = futures::join!(nap(300).lane("B"), nap(200).lane("C"));
    [a, b, c]
}
