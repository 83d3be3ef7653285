//! Mistake: the naps ran one after another
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let naps: Vec<_> = lengths
        .into_iter()
        .map(|length| Box::pin(nap(length).lane(format!("nap {length}"))))
        .collect();
    let mut slept = vec![];
    for nap in naps {
        slept.push(nap.await);
    }
    slept
}
