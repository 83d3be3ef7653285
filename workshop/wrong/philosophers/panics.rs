//! Mistake: Hypatia panicked
/// Eats with the forks of these numbers.
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    // TODO: all three should get to eat, and always with two forks.
    todo!();
    let _first = forks[left].lock().await;
    sleep(ms(10)).await;
    let _second = forks[right].lock().await;
    eat().await;
}
