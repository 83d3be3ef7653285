//! Mistake: some naps of the list are missing in the result
/// How long each nap was, in the order of the list.
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let naps = lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}")));
    // TODO: the list can have any length. Let all of its naps overlap.
    let mut naps = naps;
    let (a, b, c) =
        futures::join!(naps.next().unwrap(), naps.next().unwrap(), naps.next().unwrap());
    vec![a, b, c]
}
