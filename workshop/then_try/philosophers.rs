use super::*;

#[test]
fn two_may_sit_down_at_a_time() {
    workshop::attempt(dinner)
        .predicted(PREDICTION)
        .holds("two sit down at first", |run| run.count("0.000 ") == 2)
        .holds("all three sit down, and eat", |run| {
            run.count("sits down") == 3 && run.count("is full") == 3
        })
        .verdict();
}
