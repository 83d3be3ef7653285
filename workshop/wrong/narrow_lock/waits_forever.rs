//! Mistake: it never ends
async fn buy(price: u32, sum: &Mutex<u32>) {
    // TODO: four questions should take no longer than one, and no price may get lost.
    std::future::pending::<()>().await;
    let mut sum = sum.lock().await;
    *sum += ask(price).await;
    say!("sum {sum}");
}
