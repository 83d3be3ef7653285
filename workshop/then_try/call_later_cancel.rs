use super::*;

#[test]
fn what_has_been_called_is_not_cancelled() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(300)
        .says(&["0.100 c called", "0.200 b called", "0.250 main cancel b", "0.300 a called"])
        .verdict();
}
