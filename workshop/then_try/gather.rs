use super::*;

#[test]
fn what_blocks_holds_up_the_others() {
    workshop::attempt(naps)
        .predicted(PREDICTION)
        .says(&["0.300 A slept 100 ms", "0.300 B slept 300 ms", "0.500 C slept 200 ms"])
        .takes(500)
        .returns([100, 300, 200])
        .verdict();
}
