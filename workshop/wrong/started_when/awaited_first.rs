//! Mistake: the layout waited for the download
async fn page() -> &'static str {
    let picture = download().lane("download").await;
    lay_out().lane("layout").await;
    picture
}
