//! As most people would write it.
async fn breakfast() -> &'static str {
    let coffee = brew().lane("brew");
    say!("the table is laid");
    coffee.await
}
