use super::*;

#[test]
fn the_others_do_not_wait_for_a_busy_one() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .holds("dan@example.com gets his mail at 60 ms", |run| {
            run.said("0.060 main dan@example.com Sent")
        })
        .returns(Ok(vec![Outcome::Sent, Outcome::Sent, Outcome::Refused(550), Outcome::Sent]))
        .verdict();
}
