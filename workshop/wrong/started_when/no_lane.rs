//! Mistake: “the download begins” was said by a task without a lane, and a lane should have said it
async fn page() -> &'static str {
    let picture = tokio::spawn(download());
    lay_out().lane("layout").await;
    picture.await.unwrap()
}
