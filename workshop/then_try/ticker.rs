use super::*;

#[test]
fn the_source_is_closed_after_a_time() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .says(&[
            "0.100 main tick 1",
            "0.200 main tick 2",
            "0.250 main source closed",
            "0.550 main the other work is done",
        ])
        .takes(550)
        .verdict();
}
