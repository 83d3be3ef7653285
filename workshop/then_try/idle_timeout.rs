use super::*;

#[test]
fn it_warns_before_it_ends() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(43_000)
        .says(&["13.000 session hello", "33.000 session soon over", "43.000 session goodbye"])
        .verdict();
}
