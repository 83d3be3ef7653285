//! A semaphore with two permits: one of two neighbours always gets both forks.
async fn dine(forks: &[Fork; 3], chairs: &tokio::sync::Semaphore, left: usize, right: usize) {
    let _chair = chairs.acquire().await.expect("it is never closed");
    say!("sits down");
    let _first = forks[left].lock().await;
    sleep(ms(10)).await;
    let _second = forks[right].lock().await;
    eat().await;
}

async fn dinner() {
    let forks = [Fork::new(()), Fork::new(()), Fork::new(())];
    let chairs = tokio::sync::Semaphore::new(2);
    join!(
        dine(&forks, &chairs, 0, 1).lane("Hypatia"),
        dine(&forks, &chairs, 1, 2).lane("Spinoza"),
        dine(&forks, &chairs, 2, 0).lane("Weil"),
    );
}
