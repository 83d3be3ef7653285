//! Backoff.
/// Eats with the forks of these numbers.
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    // TODO: all three should get to eat, and always with two forks.
    loop {
        let first = forks[left].lock().await;
        sleep(ms(10)).await;
        if let Ok(_second) = forks[right].try_lock() {
            eat().await;
            return;
        }
        drop(first);
        sleep(ms(7 * (1 + left as u64))).await;
    }
}
