use super::*;

#[test]
fn a_task_knows_its_request() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .holds("each task names its request", |run| {
            run.count("task [1] in the task") == 1 && run.count("task [2] in the task") == 1
        })
        .verdict();
}
