//! Mistake: the lock was taken at that moment, and the price was given up: it can be waited for
async fn buy(price: u32, sum: &Mutex<u32>) {
    // TODO: four questions should take no longer than one, and no price may get lost.
    let price = ask(price).await;
    let Ok(mut sum) = sum.try_lock() else { return };
    *sum += price;
    say!("sum {sum}");
}
