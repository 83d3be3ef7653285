//! Mistake: the naps were started, and nothing waited for them
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    for length in &lengths {
        tokio::spawn(nap(*length).lane(format!("nap {length}")));
    }
    lengths
}
