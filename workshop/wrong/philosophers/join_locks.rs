//! Mistake: each holds one fork, and waits for one that is never put down
/// Eats with the forks of these numbers.
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    // TODO: all three should get to eat, and always with two forks.
    let (_first, _second) = join!(forks[left].lock(), async {
        sleep(ms(10)).await;
        forks[right].lock().await
    });
    eat().await;
}
