use super::*;

async fn stopped_in_a_pause() -> (Result<Vec<Outcome>>, Server) {
    let server = Server::with_limit(2);
    let stop = CancellationToken::new();
    let mails = [Mail { to: "busy@example.com", text: "good news\n" }];
    let told = async {
        sleep(std::time::Duration::from_millis(50)).await;
        stop.cancel();
    };
    let (outcomes, ()) = join!(send_all(&server, &mails, &stop), told.lane("told"));
    (outcomes, server)
}

#[test]
fn a_pause_ends_when_it_is_told_to_stop() {
    workshop::attempt(stopped_in_a_pause)
        .predicted(PREDICTION)
        .takes(50)
        .holds("the mail is given up, and no connection cut off", |run| {
            run.output().is_some_and(|(outcomes, server)| {
                *outcomes == Ok(vec![Outcome::GivenUp(451)]) && server.cut_off() == 0
            })
        })
        .verdict();
}
