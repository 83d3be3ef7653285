use super::*;

async fn given_up() {
    let caller = async_concepts::LaneExt::lane(program(), "caller");
    let _ = tokio::time::timeout(std::time::Duration::from_millis(45), caller).await;
    sleep(std::time::Duration::from_millis(300)).await;
}

#[test]
fn a_job_stops_when_its_caller_is_dropped() {
    workshop::scenario("the caller is dropped after 45 ms")
        .value(50_u64, 1000)
        .attempt(given_up)
        .predicted(PREDICTION)
        .may_sleep()
        .holds("the job says that it was stopped", |run| run.count("stopped") == 1)
        .verdict();
}
