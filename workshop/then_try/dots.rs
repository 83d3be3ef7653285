use super::*;

async fn a_long_line() -> (Result<()>, usize) {
    let server = Server::new();
    let text: &'static str = String::leak("x".repeat(999));
    let sent = one_mail(&server, &Mail { to: "ann@example.com", text }).await;
    (sent, server.received().len())
}

#[test]
fn a_line_that_is_too_long_is_not_sent() {
    workshop::attempt(a_long_line)
        .predicted(PREDICTION)
        .holds("it is garbled, and nothing is received", |run| {
            matches!(run.output(), Some((Err(SmtpError::Garbled(_)), 0)))
        })
        .verdict();
}
