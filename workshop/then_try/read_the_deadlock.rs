use super::*;

#[test]
fn three_transfers_come_to_an_end() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .holds("all three are done", |run| run.count("done") == 3 && run.said("C done"))
        .returns((85, 65))
        .verdict();
}
