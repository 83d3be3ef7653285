//! What depends on each other stays in one future; the two cups do not.
async fn cup() -> String {
    let water = boil().lane("boil").await;
    steep(water).lane("steep").await
}

async fn make_tea() -> String {
    let (one, other) = futures::join!(cup(), cup());
    format!("{one} and {other}")
}
