use super::*;

#[test]
fn what_has_come_is_outside_the_loop() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(30)
        .says(&["0.020 server tick, 3 bytes"])
        .returns("hello".to_owned())
        .verdict();
}
