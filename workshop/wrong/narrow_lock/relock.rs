//! Mistake: it never ends
async fn buy(price: u32, sum: &Mutex<u32>) {
    // TODO: four questions should take no longer than one, and no price may get lost.
    let price = ask(price).await;
    let mut guard = sum.lock().await;
    *guard += price;
    say!("sum {}", *sum.lock().await);
}
