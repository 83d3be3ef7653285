use super::*;

#[test]
fn three_is_the_last_one() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(60)
        .says(&["0.000 display shows 1", "0.060 display shows 3"])
        .returns(vec![1, 3])
        .verdict();
}
