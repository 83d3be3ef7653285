//! Mistake: the naps ran one after another
async fn naps() -> [u64; 3] {
    // TODO: let the naps overlap, so that together they take no longer than the longest.
    async {
        sleep(ms(100)).await;
        say!("slept 100 ms")
    }
    .lane("A")
    .await;
    async {
        sleep(ms(100)).await;
        say!("slept 200 ms")
    }
    .lane("C")
    .await;
    async {
        sleep(ms(100)).await;
        say!("slept 300 ms")
    }
    .lane("B")
    .await;
    [100, 300, 200]
}
