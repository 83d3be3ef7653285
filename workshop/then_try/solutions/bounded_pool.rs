//! The places that are free are in a channel: a job that takes one out has a permit and a number in
//! one.
use async_concepts::say;
use tokio::sync::{Mutex, mpsc};

async fn program() -> Vec<u64> {
    let (give_back, free) = mpsc::channel(2);
    for place in 0..2 {
        give_back.send(place).await.expect("there is room");
    }
    let free = Mutex::new(free);
    let run = async |number| {
        let place = free.lock().await.recv().await.expect("a sender is here");
        let job = move || {
            say!("on {place}");
            job(number)
        };
        let result = spawn_blocking(on_thread("job", job)).await.expect("it does not panic");
        give_back.send(place).await.expect("there is room");
        result
    };
    join_all((1..=5).map(run)).await
}
