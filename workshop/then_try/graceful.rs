use super::*;

#[test]
fn a_job_that_is_nearly_done_is_finished() {
    workshop::attempt(program).predicted(PREDICTION).takes(300).returns(2).verdict();
    workshop::scenario("a job takes 90 ms")
        .time(100, 90)
        .attempt(program)
        .predicted(PREDICTION)
        .takes(290)
        .returns(3)
        .verdict();
}
