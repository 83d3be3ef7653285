use super::*;

#[test]
fn each_nap_is_said_when_it_is_over() {
    workshop::attempt(|| naps(vec![300, 100, 200]))
        .predicted(PREDICTION)
        .says(&["0.100 nap 100 slept 100", "0.200 nap 200 slept 200", "0.300 nap 300 slept 300"])
        .returns(vec![300, 100, 200])
        .verdict();
}
