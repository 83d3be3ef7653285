//! Queue workers.
async fn job(permits: &Semaphore) {
    // TODO: no more than two jobs may work at the same time.
    let _permit = permits.acquire().await;
    say!("works");
    sleep(ms(100)).await;
}

async fn jobs() {
    let queue = std::cell::RefCell::new(["A", "B", "C", "D", "E", "F"].into_iter());
    let permits = Semaphore::new(2);
    let worker = async || {
        loop {
            let Some(name) = queue.borrow_mut().next() else { break };
            job(&permits).lane(name).await
        }
    };
    join_all([worker(), worker()]).await;
}
