use super::*;

#[test]
fn after_half_a_second_it_gives_up() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .says(&["0.000 main busy", "0.100 main busy", "0.300 main busy"])
        .takes(500)
        .returns(Err("busy"))
        .verdict();
}
