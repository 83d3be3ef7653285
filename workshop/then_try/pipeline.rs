use super::*;

#[test]
fn pages_come_when_they_are_there() {
    workshop::attempt(pages)
        .predicted(PREDICTION)
        .at_most(2, "page")
        .takes(220)
        .returns(vec![4, 2, 6, 8])
        .verdict();
}
