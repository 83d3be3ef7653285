use super::*;

#[test]
fn with_room_for_two_the_producer_is_one_item_further() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .says(&[
            "0.000 producer sent 1",
            "0.000 producer sent 2",
            "0.000 producer sent 3",
            "0.100 producer sent 4",
        ])
        .takes(400)
        .returns(10)
        .verdict();
}
