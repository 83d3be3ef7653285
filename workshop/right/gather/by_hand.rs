//! By hand.
async fn naps() -> [u64; 3] {
    // TODO: let the naps overlap, so that together they take no longer than the longest.
    use std::task::Poll;
    let mut futs =
        [Box::pin(nap(100).lane("A")), Box::pin(nap(300).lane("B")), Box::pin(nap(200).lane("C"))];
    let mut out = [None; 3];
    std::future::poll_fn(move |cx| {
        for (f, o) in futs.iter_mut().zip(&mut out) {
            if o.is_none()
                && let Poll::Ready(v) = f.as_mut().poll(cx)
            {
                *o = Some(v);
            }
        }
        match out {
            [Some(a), Some(b), Some(c)] => Poll::Ready([a, b, c]),
            _ => Poll::Pending,
        }
    })
    .await
}
