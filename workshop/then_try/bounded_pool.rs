use super::*;

#[test]
fn each_job_says_on_which_place_it_runs() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .may_sleep()
        .at_most(2, "job")
        .holds("both places are used, and no others", |run| {
            let (first, second) = (run.count("on 0"), run.count("on 1"));
            first + second == 5 && first > 0 && second > 0
        })
        .returns(vec![10, 20, 30, 40, 50])
        .verdict();
}
