//! A task that is awaited: it begins when `breakfast` gives way.
async fn breakfast() -> &'static str {
    let coffee = tokio::spawn(brew().lane("brew"));
    say!("the table is laid");
    coffee.await.expect("brewing does not panic")
}
