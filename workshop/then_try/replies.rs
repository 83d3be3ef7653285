use super::*;

#[test]
fn one_reply_has_one_code() {
    workshop::attempt(async || {
        let script = tokio_test::io::Builder::new().read(b"250-a\r\n451 b\r\n").build();
        read_reply(&mut connection(script)).await
    })
    .predicted(PREDICTION)
    .holds("it is garbled", |run| matches!(run.output(), Some(Err(SmtpError::Garbled(_)))))
    .verdict();
}
