use super::*;

#[test]
fn a_part_of_this_future_may_borrow() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .holds("the words are counted in a lane `part`", |run| run.lanes("part") == 1)
        .takes(20)
        .returns((5, 18))
        .verdict();
}
