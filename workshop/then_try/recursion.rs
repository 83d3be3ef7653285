use super::*;

#[test]
fn all_pauses_overlap() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(10)
        .holds("each number is said", |run| run.transcript().len() == 3)
        .returns(6)
        .verdict();
}
