use super::*;

#[test]
fn a_callback_of_a_callback_comes_behind_the_others() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(0)
        .says_in_order(&[
            "0.000 main 9",
            "0.000 callback 0",
            "0.000 callback 1",
            "0.000 callback 2",
            "0.000 callback 3",
        ])
        .verdict();
}
