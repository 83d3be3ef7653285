//! A philosopher that does not get the second fork puts the first one back and waits a while, each
//! for another time.
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    loop {
        let _first = forks[left].lock().await;
        sleep(ms(10)).await;
        if let Ok(_second) = forks[right].try_lock() {
            return eat().await;
        }
        drop(_first);
        sleep(ms(17 * (1 + left as u64))).await;
    }
}
