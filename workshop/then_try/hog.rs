use super::*;

#[test]
fn a_thread_parses() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .may_sleep()
        .holds("a thread parses, in a lane `parser thread`", |run| run.lanes("parser thread") == 1)
        .takes(80)
        .says(&[
            "0.020 heartbeat beat",
            "0.040 heartbeat beat",
            "0.060 heartbeat beat",
            "0.080 heartbeat beat",
        ])
        .returns(4)
        .verdict();
}
