//! Mistake: neighbours ate at the same time: a fork was not held while they did
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    let _ = forks[left].lock().await;
    sleep(ms(10)).await;
    let _ = forks[right].lock().await;
    eat().await;
}
