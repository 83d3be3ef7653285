//! The one that is not done is kept.
async fn page() -> &'static str {
    let both = futures::future::select(
        Box::pin(download().lane("download")),
        Box::pin(lay_out().lane("layout")),
    )
    .await;
    match both {
        futures::future::Either::Left((picture, layout)) => {
            layout.await;
            picture
        }
        futures::future::Either::Right(((), picture)) => picture.await,
    }
}
