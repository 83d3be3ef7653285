//! Mistake: each holds one fork, and waits for one that is never put down
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    let _right = forks[right].lock().await;
    sleep(ms(10)).await;
    let _left = forks[left].lock().await;
    eat().await;
}
