//! Mistake: they were asked one after another
async fn fastest(near_ms: u64, far_ms: u64) -> &'static str {
    let near = ask("near", near_ms).lane("near").await;
    let far = ask("far", far_ms).lane("far").await;
    if near_ms < far_ms { near } else { far }
}
