//! What is to happen when a nap is over belongs into its future.
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let say_it = async |length| {
        let slept = nap(length).await;
        say!("slept {slept}");
        slept
    };
    let naps = lengths.into_iter().map(|length| say_it(length).lane(format!("nap {length}")));
    join_all(naps).await
}
