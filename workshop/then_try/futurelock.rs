use super::*;

#[test]
fn a_task_is_polled_by_the_runtime() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .holds("the work is done in a lane `task`", |run| run.lanes("task") == 1)
        .takes(40)
        .returns(vec!["work", "tick"])
        .verdict();
}
