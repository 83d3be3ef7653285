use super::*;

#[test]
fn a_mail_in_doubt_is_sent_again() {
    workshop::attempt(program)
        .predicted(PREDICTION)
        .holds("no mail is in doubt, and two came twice", |run| {
            run.output().is_some_and(|(outcomes, server)| {
                outcomes.as_ref().is_ok_and(|all| !all.contains(&Outcome::InDoubt))
                    && server.received().len() == 7
            })
        })
        .verdict();
}
