//! Only two of three may sit down at a time: so one of them has a neighbour that is not there.
static SEATS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

async fn dine(forks: &[Fork; 3], left: usize, right: usize) {
    let _seat = SEATS.acquire().await;
    let _first = forks[left].lock().await;
    sleep(ms(10)).await;
    let _second = forks[right].lock().await;
    eat().await;
}
