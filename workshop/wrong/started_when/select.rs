//! Mistake: nothing waited for the download to end
async fn page() -> &'static str {
    let picture = download().lane("download");
    // TODO: the download should go on while the page is laid out.
    tokio::select! { p = picture => p, _ = lay_out().lane("layout") => "a picture" }
}
