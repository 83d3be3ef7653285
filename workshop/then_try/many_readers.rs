use super::*;

#[test]
fn a_reader_that_comes_late_waits_for_the_writer() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(200)
        .says(&["0.050 A read old", "0.050 B read old", "0.050 C read old", "0.200 D read new"])
        .returns("new".to_owned())
        .verdict();
}
