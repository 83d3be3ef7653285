//! Mistake: there were fewer than 1000 lanes `nap`
async fn naps(mut lengths: Vec<u64>) -> Vec<u64> {
    let last = lengths.pop();
    let naps = lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}")));
    let mut slept = futures::future::join_all(naps).await;
    slept.extend(last);
    slept
}
