//! Mistake: `C` began only when `A` had ended
async fn naps() -> [u64; 3] {
    use futures::StreamExt;
    let naps = [nap(100).lane("A"), nap(300).lane("B"), nap(200).lane("C")];
    let all: Vec<u64> = futures::stream::iter(naps).buffered(2).collect().await;
    all.try_into().unwrap()
}
