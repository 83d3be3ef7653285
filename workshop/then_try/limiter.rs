use super::*;

#[test]
fn a_task_is_made_when_there_is_a_permit() {
    workshop::attempt(jobs)
        .predicted(PREDICTION)
        .holds("E begins at 200 ms, and is not polled before", |run| {
            run.ran_at("E", 200) && !run.ran_at("E", 0)
        })
        .takes(300)
        .says(&[
            "0.000 A works",
            "0.000 B works",
            "0.100 C works",
            "0.100 D works",
            "0.200 E works",
            "0.200 F works",
        ])
        .verdict();
}
