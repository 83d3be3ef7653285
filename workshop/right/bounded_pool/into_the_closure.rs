//! The closure holds the permit.
async fn run(places: Arc<Semaphore>, number: u64) -> u64 {
    let place = places.acquire_owned().await.unwrap();
    spawn_blocking(on_thread("job", move || {
        let _place = place;
        job(number)
    }))
    .await
    .expect("it does not panic")
}
