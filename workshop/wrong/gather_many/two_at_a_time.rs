//! Mistake: only a few naps overlapped
use futures::StreamExt;

async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let naps = lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}")));
    futures::stream::iter(naps).buffered(2).collect().await
}
