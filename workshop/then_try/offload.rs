use super::*;

#[test]
fn a_login_that_gives_up_does_not_stop_the_hash() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .may_sleep()
        .holds("it gives up at 50 ms", |run| run.said("0.050 login gave up"))
        .returns(0)
        .verdict();
}
