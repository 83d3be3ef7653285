use super::*;

#[test]
fn two_cups_take_as_long_as_one() {
    workshop::attempt(make_tea)
        .predicted(PREDICTION)
        .takes(300)
        .holds("both go into hot water", |run| run.count("the tea goes into hot water") == 2)
        .returns("tea of hot water and tea of hot water")
        .verdict();
}
