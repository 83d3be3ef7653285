//! Mistake: the circle is still there: it closes in one order of the lanes
async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    // Weil waits until the others have taken their forks.
    if left == 2 {
        sleep(ms(10)).await;
    }
    let _first = forks[left].lock().await;
    let _second = forks[right].lock().await;
    eat().await;
}
