//! `sleep` computes its deadline when it is called. Only the timer is set when it is polled.
async fn page() -> &'static str {
    let picture = sleep(ms(300)).lane("download");
    lay_out().lane("layout").await;
    picture.await;
    "a picture"
}
