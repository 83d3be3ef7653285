//! Mistake: the coffee was awaited where it was ordered, and the table had to wait
async fn breakfast() -> &'static str {
    let coffee = brew().lane("brew").await;
    say!("the table is laid");
    coffee
}
