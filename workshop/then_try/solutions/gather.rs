//! A has its timer already, and is late; C begins only when B has given the thread back.
async fn blocks() -> u64 {
    async_concepts::block(ms(300));
    say!("slept 300 ms");
    300
}

async fn naps() -> [u64; 3] {
    let (a, b, c) = join!(nap(100).lane("A"), blocks().lane("B"), nap(200).lane("C"));
    [a, b, c]
}
