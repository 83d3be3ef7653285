use super::*;

#[test]
fn the_error_that_comes_first_is_the_one() {
    workshop::attempt(both).predicted(PREDICTION).takes(50).returns(Err("no paper")).verdict();
}
