use super::*;

async fn dropped() {
    let transaction = async_concepts::LaneExt::lane(transaction(), "transaction");
    let _ = tokio::time::timeout(ms(50), transaction).await;
    sleep(ms(100)).await;
}

#[test]
fn it_is_rolled_back_when_it_is_dropped() {
    workshop::attempt(dropped)
        .predicted(PREDICTION)
        .says(&["0.070 cleanup rolled back"])
        .takes(150)
        .verdict();
    workshop::attempt(program)
        .predicted(PREDICTION)
        .says(&["0.120 main rolled back", "0.120 main Err(\"no such account\")"])
        .verdict();
}
