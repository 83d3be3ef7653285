//! Mistake: the lock was held while they waited for something else
async fn buy(price: u32, sum: &Mutex<u32>) {
    let mut guard = sum.lock().await;
    let price = ask(price).await;
    *guard += price;
    say!("sum {guard}");
}
