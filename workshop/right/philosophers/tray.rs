//! Tray.
/// Eats with the forks of these numbers.
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    // TODO: all three should get to eat, and always with two forks.
    static SEATS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);
    let _seat = SEATS.acquire().await.unwrap();
    let _first = forks[left].lock().await;
    sleep(ms(10)).await;
    let _second = forks[right].lock().await;
    eat().await;
}
