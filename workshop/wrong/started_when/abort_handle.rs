//! Mistake: nothing waited for the download to end
async fn page() -> &'static str {
    let picture = tokio::spawn(download().lane("download"));
    // TODO: the download should go on while the page is laid out.
    lay_out().lane("layout").await;
    if picture.is_finished() { picture.await.unwrap() } else { "no picture" }
}
