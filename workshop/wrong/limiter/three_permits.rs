//! Mistake: three or more worked at the same time
async fn job(permits: &Semaphore) {
    let _permit = permits.acquire().await;
    say!("works");
    sleep(ms(100)).await;
}

async fn jobs() {
    let permits = Semaphore::new(3);
    join_all(["A", "B", "C", "D", "E", "F"].map(|name| job(&permits).lane(name))).await;
}
