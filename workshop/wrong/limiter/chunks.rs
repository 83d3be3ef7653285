//! Mistake: the jobs went in rounds of two: a free place waited for the slower of the two
async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    let _ = permits;
    say!("works");
    sleep(ms(100)).await;
}

async fn jobs() {
    let permits = Semaphore::new(2);
    for two in ["A", "B", "C", "D", "E", "F"].chunks(2) {
        join_all(two.iter().map(|name| job(&permits).lane(*name))).await;
    }
}
