use super::*;

#[test]
fn work_in_a_box_can_be_given_away() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .holds("the rest is done in a lane `rest`", |run| run.lanes("rest") == 1)
        .takes(90)
        .says(&["0.040 main tick", "0.080 main tick"])
        .returns(7)
        .verdict();
}
