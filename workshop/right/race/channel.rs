//! Channel.
/// The name of the mirror that answers first, if they take so many milliseconds.
async fn fastest(near_ms: u64, far_ms: u64) -> &'static str {
    let near = ask("near", near_ms).lane("near");
    let far = ask("far", far_ms).lane("far");
    // TODO: take the first answer, and let the other go. (And who knows the times beforehand?)
    let (send, mut receive) = tokio::sync::mpsc::channel(1);
    let one = async {
        send.try_send(near.await).ok();
    };
    let other = async {
        send.try_send(far.await).ok();
    };
    tokio::select! {
        _ = async { tokio::join!(one, other) } => unreachable!(),
        r = receive.recv() => r.unwrap(),
    }
}
