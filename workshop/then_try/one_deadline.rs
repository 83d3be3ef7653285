use super::*;

#[test]
fn the_step_that_was_under_way_is_named() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .says(&[
            "0.040 main step 1",
            "0.080 main step 2",
            "0.100 main step 3 was under way",
            "0.100 main too slow",
        ])
        .takes(100)
        .returns(None)
        .verdict();
}
