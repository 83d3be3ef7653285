//! Mistake: `C` was dropped before it was done
async fn naps() -> [u64; 3] {
    let (a, b, c) = (nap(100).lane("A"), nap(300).lane("B"), nap(200).lane("C"));
    let all = [Box::pin(a), Box::pin(b), Box::pin(c)];
    futures::future::select_all(all).await;
    [given(100), given(300), given(200)]
}
