//! Channel.
async fn naps() -> [u64; 3] {
    // TODO: let the naps overlap, so that together they take no longer than the longest.
    let (s, mut r) = tokio::sync::mpsc::channel(3);
    for (i, (n, l)) in [(100, "A"), (300, "B"), (200, "C")].into_iter().enumerate() {
        let (s, nap) = (s.clone(), nap(n).lane(l));
        tokio::spawn(async move { s.send((i, nap.await)).await.unwrap() });
    }
    drop(s);
    let mut out = [0; 3];
    while let Some((i, v)) = r.recv().await {
        out[i] = v;
    }
    out
}
