use super::*;

#[test]
fn after_a_long_work_the_beats_are_100_ms_apart() {
    workshop::scenario("the second work takes 350 ms")
        .times(30, &[30, 350, 30, 30, 30])
        .attempt(metronome)
        .predicted(PREDICTION)
        .says(&[
            "0.100 main beat",
            "0.200 main beat",
            "0.550 main beat",
            "0.650 main beat",
            "0.750 main beat",
        ])
        .takes(780)
        .verdict();
}
