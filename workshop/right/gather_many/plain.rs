//! As most people would write it.
/// How long each nap was, in the order of the list.
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let naps = lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}")));
    // TODO: the list can have any length. Let all of its naps overlap.
    let handles: Vec<_> = naps.map(tokio::spawn).collect();
    let mut slept = vec![];
    for h in handles {
        slept.push(h.await.unwrap());
    }
    slept
}
