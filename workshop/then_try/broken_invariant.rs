use super::*;

#[test]
fn money_that_was_taken_is_given_back() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .says(&["0.000 transfer taken", "0.010 transfer given back", "0.010 main cut short"])
        .returns((100, 0))
        .verdict();
}
