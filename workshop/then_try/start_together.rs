use super::*;

#[test]
fn the_last_one_says_go() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(300)
        .holds("C says `go`, and no other", |run| run.said("0.200 C go") && run.count("go") == 1)
        .verdict();
}
