//! Mistake: it never ends
async fn page() -> &'static str {
    let picture = download().lane("download");
    // TODO: the download should go on while the page is laid out.
    std::future::pending::<()>().await;
    lay_out().lane("layout").await;
    picture.await
}
