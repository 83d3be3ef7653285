//! Mistake: a philosopher gave up, and went hungry
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    let _first = forks[left].lock().await;
    sleep(ms(10)).await;
    if let Ok(_second) = forks[right].try_lock() {
        eat().await;
    }
}
