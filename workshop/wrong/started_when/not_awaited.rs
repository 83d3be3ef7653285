//! Mistake: nothing waited for the download to end
async fn page() -> &'static str {
    tokio::spawn(download().lane("download"));
    lay_out().lane("layout").await;
    "a picture"
}
