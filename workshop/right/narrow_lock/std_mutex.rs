//! A lock of `std` is fine where no task waits while it is held.
use std::sync;

async fn buy(price: u32, sum: &sync::Mutex<u32>) {
    let price = ask(price).await;
    let mut sum = sum.lock().unwrap();
    *sum += price;
    say!("sum {sum}");
}

async fn shop() -> u32 {
    let sum = sync::Mutex::new(0);
    join_all(
        [(1, "A"), (2, "B"), (3, "C"), (4, "D")].map(|(price, name)| buy(price, &sum).lane(name)),
    )
    .await;
    sum.into_inner().unwrap()
}
