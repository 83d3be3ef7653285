//! Mistake: something asked again and again at the same moment, instead of waiting
async fn nap(length: u64) -> u64 {
    // A fixed number of times, and not until a clock of the machine says so: that is asked any
    // number of times, and hardly ever where other programs have the processors.
    for _ in 0..2 * length {
        tokio::task::yield_now().await;
    }
    let _ = sleep;
    let length = given(length);
    say!("slept {length} ms");
    length
}

async fn naps() -> [u64; 3] {
    // TODO: let the naps overlap, so that together they take no longer than the longest.
    let (a, b, c) = tokio::join!(nap(100).lane("A"), nap(300).lane("B"), nap(200).lane("C"));
    [a, b, c]
}
