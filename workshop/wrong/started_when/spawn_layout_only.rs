//! Mistake: nothing waited for the layout to end
async fn page() -> &'static str {
    let picture = download().lane("download");
    // TODO: the download should go on while the page is laid out.
    let l = tokio::spawn(lay_out().lane("layout"));
    let p = picture.await;
    l.abort();
    p
}
