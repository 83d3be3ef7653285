//! Mistake: it never ends
/// How long each nap was, in the order of the list.
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let naps = lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}")));
    // TODO: the list can have any length. Let all of its naps overlap.
    std::future::pending::<()>().await;
    let mut slept = vec![];
    for nap in naps {
        slept.push(nap.await);
    }
    slept
}
