use super::*;

#[test]
fn a_task_that_panics_is_restarted_three_times() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(200)
        .holds("A is tried four times", |run| run.count("A panicked") == 4)
        .returns(100)
        .verdict();
}
