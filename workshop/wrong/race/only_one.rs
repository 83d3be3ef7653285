//! Mistake: only one of them was asked
async fn fastest(near_ms: u64, _far_ms: u64) -> &'static str {
    ask("near", near_ms).lane("near").await
}
