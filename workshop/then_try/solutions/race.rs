//! Without `biased;` the first branch to be polled is chosen at random; with it, it is the first
//! one.
async fn fastest(near_ms: u64, far_ms: u64) -> &'static str {
    let near = ask("near", near_ms).lane("near");
    let far = ask("far", far_ms).lane("far");
    select! {
        biased;
        name = near => name,
        name = far => name,
    }
}
