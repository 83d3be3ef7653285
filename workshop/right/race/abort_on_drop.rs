//! Abort on drop.
/// The name of the mirror that answers first, if they take so many milliseconds.
async fn fastest(near_ms: u64, far_ms: u64) -> &'static str {
    let near = ask("near", near_ms).lane("near");
    let far = ask("far", far_ms).lane("far");
    // TODO: take the first answer, and let the other go. (And who knows the times beforehand?)
    use tokio_util::task::AbortOnDropHandle;
    let (near, far) =
        (AbortOnDropHandle::new(tokio::spawn(near)), AbortOnDropHandle::new(tokio::spawn(far)));
    tokio::select! { n = near => n.unwrap(), f = far => f.unwrap() }
}
