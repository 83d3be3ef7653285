//! Mistake: only one job was on a thread at a time
async fn run(places: Arc<Semaphore>, number: u64) -> u64 {
    let _both = places.acquire_many(2).await;
    spawn_blocking(on_thread("job", move || job(number))).await.expect("it does not panic")
}
