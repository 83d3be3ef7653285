//! Mistake: the client made up the sum
async fn add(counter: mpsc::Sender<Add>, amount: u32) -> u32 {
    let (answer, sum) = oneshot::channel();
    counter.send(Add { amount, answer }).await.expect("the counter is there");
    sum.await.ok();
    if amount == 1 { 1 } else { 3 }
}
