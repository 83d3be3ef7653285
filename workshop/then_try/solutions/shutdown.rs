//! Only the pause is raced against the token: what is being sent is not.
/// Sends a mail, in three attempts at most, with 100 ms between them.
async fn deliver(
    server: &mut Connection,
    mail: &Mail,
    stop: &CancellationToken,
) -> Result<Outcome> {
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
        if attempt == 3 {
            return Ok(Outcome::GivenUp(code));
        }
        attempt += 1;
        tokio::select! {
            () = sleep(ms(100)) => {}
            () = stop.cancelled() => return Ok(Outcome::GivenUp(code)),
        }
    }
}

/// Sends mails over one connection, as long as there are any; `queue` gives their places in the
/// list.
async fn sender(
    server: &Server,
    mails: &[Mail],
    queue: &RefCell<Range<usize>>,
    stop: &CancellationToken,
) -> Result<Vec<(usize, Outcome)>> {
    let mut connection = open(server.connect()).await?;
    let mut outcomes = vec![];
    loop {
        let Some(place) = queue.borrow_mut().next() else { break };
        let outcome = if stop.is_cancelled() {
            Outcome::NotBegun
        } else {
            deliver(&mut connection, &mails[place], stop).await?
        };
        outcomes.push((place, outcome));
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}
