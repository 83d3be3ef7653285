use super::*;

async fn one_mail() -> usize {
    let server = Server::with_limit(2);
    let outcomes = send_all(&server, &mails()[..1]).await;
    assert_eq!(outcomes, Ok(vec![Outcome::Sent]));
    server.connections()
}

#[test]
fn one_mail_needs_one_connection() {
    workshop::attempt(one_mail).predicted(PREDICTION).returns(1).verdict();
}
