//! Mistake: the tea went into cold water: it did not wait for what `boil` returns
async fn make_tea() -> String {
    let water = tokio::spawn(boil().lane("boil"));
    let tea = steep("cold water").lane("steep").await;
    water.await.expect("boiling does not panic");
    tea
}
