//! A task is polled when the program gives way, and `yield_now` gives way.
async fn breakfast() -> &'static str {
    let coffee = tokio::spawn(brew().lane("brew"));
    tokio::task::yield_now().await;
    say!("the table is laid");
    coffee.await.expect("brewing does not panic")
}
