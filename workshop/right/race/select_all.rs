//! For a list of futures; what is left of it is dropped.
async fn fastest(near_ms: u64, far_ms: u64) -> &'static str {
    let near = Box::pin(ask("near", near_ms).lane("near"));
    let far = Box::pin(ask("far", far_ms).lane("far"));
    futures::future::select_all([near, far]).await.0
}
