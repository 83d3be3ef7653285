//! Mistake: only a few naps overlapped
/// How long each nap was, in the order of the list.
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let naps = lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}")));
    // TODO: the list can have any length. Let all of its naps overlap.
    use futures::StreamExt;
    futures::stream::iter(naps).buffered(100).collect().await
}
