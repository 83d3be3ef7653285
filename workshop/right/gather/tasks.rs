//! Three tasks, awaited one after another: they run all the same.
async fn naps() -> [u64; 3] {
    let naps = [(100, "A"), (300, "B"), (200, "C")]
        .map(|(length, name)| tokio::spawn(nap(length).lane(name)));
    let mut lengths = [0; 3];
    for (length, nap) in lengths.iter_mut().zip(naps) {
        *length = nap.await.expect("a nap does not panic");
    }
    lengths
}
