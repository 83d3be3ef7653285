//! Mistake: the download was polled once, and not when it could go on: its timer went on by itself
async fn page() -> &'static str {
    let mut picture = std::pin::pin!(download().lane("download"));
    let _ = futures::poll!(&mut picture);
    lay_out().lane("layout").await;
    picture.await
}
