use super::*;

#[test]
fn a_task_that_stays_on_its_thread_may_have_an_rc() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .holds("the work is done in a lane `local`", |run| run.lanes("local") == 1)
        .takes(20)
        .returns(2)
        .verdict();
}
