use super::*;

#[test]
fn both_workers_hear_of_it() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(100)
        .holds("both are done", |run| run.count("worker is done") == 2)
        .verdict();
}
