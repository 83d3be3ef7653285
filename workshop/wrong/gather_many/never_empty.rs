//! Mistake: a list can be empty, too
async fn naps(lengths: Vec<u64>) -> Vec<u64> {
    let mut naps: Vec<_> =
        lengths.into_iter().map(|length| nap(length).lane(format!("nap {length}"))).collect();
    let last = naps.pop().expect("there is one");
    let (mut slept, last) = futures::join!(futures::future::join_all(naps), last);
    slept.push(last);
    slept
}
