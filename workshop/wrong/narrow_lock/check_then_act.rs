//! Mistake: prices got lost between reading the sum and writing it
async fn buy(price: u32, sum: &Mutex<u32>) {
    let before = *sum.lock().await;
    let after = before + ask(price).await;
    *sum.lock().await = after;
    say!("sum {after}");
}
