//! Mistake: a philosopher ate with fewer than two forks
/// Eats with the forks of these numbers.
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    // TODO: all three should get to eat, and always with two forks.
    let _ = (left, right);
    let _first = forks[0].lock().await;
    eat().await;
}
