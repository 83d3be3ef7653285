//! Mistake: the naps ran one after another
async fn naps() -> [u64; 3] {
    let a = nap(100).lane("A");
    let b = nap(300).lane("B");
    let c = nap(200).lane("C");
    [a.await, b.await, c.await]
}
