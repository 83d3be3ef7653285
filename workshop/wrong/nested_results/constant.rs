//! Mistake: one task was taken for the whole, and the others were not waited for
async fn total() -> Size {
    let (a, b, c) = (measure("A", 300, true), measure("B", 100, false), measure("C", 500, true));
    // TODO: an error should be heard of as soon as it happens.
    let _ = (a, c);
    b.await.unwrap()
}
