use super::*;

#[test]
fn a_timeout_cannot_fire_while_the_thread_is_kept() {
    workshop::attempt(shop)
        .predicted(PREDICTION)
        .says(&["0.000 transfer asking the bank", "0.080 main Err(\"too slow\")"])
        .takes(1030)
        .verdict();
}
