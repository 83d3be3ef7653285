//! Mistake: it tried more often than three times, or waited after the last attempt
/// Sends a mail, in three attempts at most, with 100 ms between them.
async fn deliver(server: &mut Connection, mail: &Mail) -> Result<Outcome> {
    let mut attempt = 1;
    loop {
        let code = match send(server, mail).await {
            Ok(_) => return Ok(Outcome::Sent),
            Err(SmtpError::Refused(code)) => code,
            Err(error) => return Err(error),
        };
        command(server, "RSET").await?;
        if code >= 500 {
            return Ok(Outcome::Refused(code));
        }
        if attempt == 4 {
            return Ok(Outcome::GivenUp(code));
        }
        attempt += 1;
        tokio::time::sleep(workshop::ms(100)).await;
    }
}
