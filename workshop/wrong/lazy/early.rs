//! Mistake: the machine started before the table was laid
async fn breakfast() -> &'static str {
    let coffee = tokio::spawn(brew().lane("brew"));
    tokio::task::yield_now().await;
    say!("the table is laid");
    coffee.await.unwrap()
}
