//! Mistake: the result is the list itself, and not what the naps returned
/// How long each nap was, in the order of the list.
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    nap(*lengths.iter().max().unwrap()).await;
    lengths
    // TODO: the list can have any length. Let all of its naps overlap.
}
