//! Mistake: the answer was asked for before it could be there
async fn add(counter: mpsc::Sender<Add>, amount: u32) -> u32 {
    let (answer, mut sum) = oneshot::channel();
    counter.send(Add { amount, answer }).await.expect("the counter is there");
    sum.try_recv().unwrap()
}
