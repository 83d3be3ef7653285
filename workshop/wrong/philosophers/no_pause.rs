//! Mistake: the circle is still there: it closes if it takes a while to pick up a fork
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    let _first = forks[left].lock().await;
    let _second = forks[right].lock().await;
    eat().await;
}
