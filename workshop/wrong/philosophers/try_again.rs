//! Mistake: one of them tried again and again without waiting, and no other could run
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    let _first = forks[left].lock().await;
    sleep(ms(10)).await;
    let _second = loop {
        if let Ok(second) = forks[right].try_lock() {
            break second;
        }
    };
    eat().await;
}
