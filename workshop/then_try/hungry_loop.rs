use super::*;

#[test]
fn a_task_fetches_while_the_loop_stores() {
    workshop::attempt(copy)
        .predicted(PREDICTION)
        .at_most(2, "fetch ")
        .holds("a task with the lane `fetcher` fetches", |run| run.lanes("fetcher") == 1)
        .takes(500)
        .says(&[
            "0.200 store page 1 is stored",
            "0.300 store page 2 is stored",
            "0.400 store page 3 is stored",
            "0.500 store page 4 is stored",
        ])
        .verdict();
}
