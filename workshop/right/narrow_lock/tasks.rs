//! Tasks.
async fn buy(price: u32, sum: &Mutex<u32>) {
    // TODO: four questions should take no longer than one, and no price may get lost.
    let price = ask(price).await;
    let mut sum = sum.lock().await;
    *sum += price;
    say!("sum {sum}");
}

async fn shop() -> u32 {
    let sum = Mutex::new(0);
    let mut set = tokio::task::JoinSet::new();
    let shared = std::sync::Arc::new(sum);
    for (price, name) in [(1, "A"), (2, "B"), (3, "C"), (4, "D")] {
        let shared = shared.clone();
        set.spawn(async move { buy(price, &shared).await }.lane(name));
    }
    set.join_all().await;
    let sum = std::sync::Arc::into_inner(shared).unwrap();
    sum.into_inner()
}
