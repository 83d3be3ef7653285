use super::*;

#[test]
fn the_end_of_one_is_the_end() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(140)
        .says(&["0.070 main quick 1", "0.100 main slow 1", "0.140 main quick 2"])
        .returns(4)
        .verdict();
}
