//! Mistake: a lock of `std` was held across an `.await`, and the next to lock it stopped the thread
async fn buy(price: u32, sum: &std::sync::Mutex<u32>) {
    let mut sum = sum.lock().unwrap();
    *sum += ask(price).await;
    say!("sum {sum}");
}

async fn shop() -> u32 {
    let sum = std::sync::Mutex::new(0);
    join_all(
        [(1, "A"), (2, "B"), (3, "C"), (4, "D")].map(|(price, name)| buy(price, &sum).lane(name)),
    )
    .await;
    sum.into_inner().unwrap()
}
