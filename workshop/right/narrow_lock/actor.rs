//! Actor.
async fn buy(
    price: u32,
    to: &tokio::sync::mpsc::UnboundedSender<(u32, tokio::sync::oneshot::Sender<u32>)>,
) {
    // TODO: four questions should take no longer than one, and no price may get lost.
    let (reply, sum) = tokio::sync::oneshot::channel();
    to.send((ask(price).await, reply)).unwrap();
    let sum = sum.await.unwrap();
    say!("sum {sum}");
}

async fn shop() -> u32 {
    let (send, mut prices) =
        tokio::sync::mpsc::unbounded_channel::<(u32, tokio::sync::oneshot::Sender<u32>)>();
    let actor = async {
        let mut sum = 0;
        while let Some((p, reply)) = prices.recv().await {
            sum += p;
            let _ = reply.send(sum);
        }
        sum
    };
    let buyers = async move {
        join_all(
            [(1, "A"), (2, "B"), (3, "C"), (4, "D")]
                .map(|(price, name)| buy(price, &send).lane(name)),
        )
        .await;
    };
    tokio::join!(actor, buyers).0
}
