//! A stream that keeps the order, and all of it under way.
use futures::{StreamExt, stream::FuturesOrdered};

async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let naps = lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}")));
    naps.collect::<FuturesOrdered<_>>().collect().await
}
