use super::*;

#[test]
fn a_sleep_knows_its_deadline_from_the_beginning() {
    workshop::attempt(page)
        .predicted(PREDICTION)
        .says(&["0.200 layout the page is laid out"])
        .holds("the lane `download` is polled at 200 ms, and not before", |run| {
            run.ran_at("download", 200) && !run.ran_at("download", 0)
        })
        .takes(300)
        .verdict();
}
