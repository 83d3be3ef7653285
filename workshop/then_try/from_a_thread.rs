use super::*;

#[test]
fn a_thread_starts_two_tasks() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .may_sleep()
        .takes(120)
        .holds("two tasks are done", |run| run.count("0.120 task done") == 2)
        .returns(14)
        .verdict();
}
