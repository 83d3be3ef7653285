//! Each round tries what the round before has left, after a pause.
async fn attempt(server: &mut Connection, mail: &Mail) -> Result<Outcome> {
    match send(server, mail).await {
        Ok(_) => return Ok(Outcome::Sent),
        Err(SmtpError::Refused(code)) => {
            command(server, "RSET").await?;
            Ok(if code < 500 { Outcome::GivenUp(code) } else { Outcome::Refused(code) })
        }
        Err(error) => Err(error),
    }
}

async fn send_all(server: &Server, mails: Vec<Mail>) -> Result<Vec<Outcome>> {
    let mut connection = open(server.connect()).await?;
    let mut outcomes = vec![Outcome::GivenUp(0); mails.len()];
    for round in 0..3 {
        if round > 0 && outcomes.iter().any(|outcome| matches!(outcome, Outcome::GivenUp(_))) {
            sleep(ms(100)).await;
        }
        for (place, mail) in mails.iter().enumerate() {
            if !matches!(outcomes[place], Outcome::GivenUp(_)) {
                continue;
            }
            outcomes[place] = attempt(&mut connection, mail).await?;
            say!("{} {:?}", mail.to, outcomes[place]);
        }
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}
