//! Mistake: the thread slept, as with `std::thread::sleep`, and no future could run meanwhile
async fn nap(length: u64) -> u64 {
    std::thread::sleep(ms(length));
    say!("slept {length} ms");
    length
}

async fn naps() -> [u64; 3] {
    let (a, b, c) = futures::join!(nap(100).lane("A"), nap(300).lane("B"), nap(200).lane("C"));
    [a, b, c]
}
