//! Mistake: the loser neither goes on nor hangs up: it was never dropped
/// The name of the mirror that answers first, if they take so many milliseconds.
async fn fastest(near_ms: u64, far_ms: u64) -> &'static str {
    let near = ask("near", near_ms).lane("near");
    let far = ask("far", far_ms).lane("far");
    // TODO: take the first answer, and let the other go. (And who knows the times beforehand?)
    match futures::future::select(Box::pin(near), Box::pin(far)).await {
        futures::future::Either::Left((n, rest)) => {
            std::mem::forget(rest);
            n
        }
        futures::future::Either::Right((f, rest)) => {
            std::mem::forget(rest);
            f
        }
    }
}
