//! Mistake: the loser goes on: dropping a handle does not end its task
async fn fastest(near_ms: u64, far_ms: u64) -> &'static str {
    let near = tokio::spawn(ask("near", near_ms).lane("near"));
    let far = tokio::spawn(ask("far", far_ms).lane("far"));
    tokio::select! {
        name = near => name.unwrap(),
        name = far => name.unwrap(),
    }
}
