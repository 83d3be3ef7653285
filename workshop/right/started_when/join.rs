//! No task: both are polled together.
async fn page() -> &'static str {
    let (picture, ()) = futures::join!(download().lane("download"), lay_out().lane("layout"));
    picture
}
