use super::*;

#[test]
fn the_actor_ends_when_the_clients_have_gone() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .takes(60)
        .says(&["0.030 A 1", "0.060 B 3", "0.060 counter 2 answered"])
        .returns((1, 3))
        .verdict();
}
