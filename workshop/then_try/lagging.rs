use super::*;

#[test]
fn with_room_for_five_none_is_missed() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(50)
        .returns((vec![1, 2, 3, 4, 5], 0))
        .verdict();
}
