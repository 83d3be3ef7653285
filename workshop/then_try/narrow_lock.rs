use super::*;

#[test]
fn a_cell_waits_for_no_lock() {
    workshop::scenario("another task holds the lock from 90 to 120 ms")
        .held(90, 120)
        .attempt(shop)
        .predicted(PREDICTION)
        .takes(100)
        .returns(10)
        .verdict();
}
