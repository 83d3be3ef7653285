//! As most people would write it.
async fn buy(price: u32, sum: &Mutex<u32>) {
    // TODO: four questions should take no longer than one, and no price may get lost.
    let price = ask(price).await;
    let mut sum = sum.lock().await;
    *sum += price;
    say!("sum {sum}");
}
