//! Mistake: the download began only when it was awaited: a future in a variable does not run
async fn page() -> &'static str {
    let picture = Box::pin(download().lane("download"));
    lay_out().lane("layout").await;
    picture.await
}
