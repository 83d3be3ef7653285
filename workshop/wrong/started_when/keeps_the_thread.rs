//! Mistake: the thread was kept
async fn page() -> &'static str {
    let picture = download().lane("download");
    // TODO: the download should go on while the page is laid out.
    std::thread::sleep(std::time::Duration::from_millis(6000));
    lay_out().lane("layout").await;
    picture.await
}
