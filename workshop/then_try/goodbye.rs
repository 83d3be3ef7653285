use super::*;

#[test]
fn a_task_unlocks_the_door() {
    workshop::attempt(museum)
        .predicted(PREDICTION)
        .takes(30)
        .says(&[
            "0.000 visit lock the door",
            "0.010 main cut short: true",
            "0.020 unlock unlock the door",
            "0.030 main the lights are out",
        ])
        .verdict();
}
