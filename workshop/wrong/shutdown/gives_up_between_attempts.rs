//! Mistake: a mail that was between two attempts was given up
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
        let mut outcome = Outcome::NotBegun;
        while outcome == Outcome::NotBegun && !stop.is_cancelled() {
            match send(&mut connection, &mails[place]).await {
                Ok(_) => outcome = Outcome::Sent,
                Err(SmtpError::Refused(code)) if code < 500 => {
                    command(&mut connection, "RSET").await?;
                    sleep(ms(100)).await;
                }
                Err(SmtpError::Refused(code)) => outcome = Outcome::Refused(code),
                Err(error) => return Err(error),
            }
        }
        outcomes.push((place, outcome));
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}

async fn send_all(
    server: &Server,
    mails: &[Mail],
    stop: &CancellationToken,
) -> Result<Vec<Outcome>> {
    let queue = RefCell::new(0..mails.len());
    let senders = [1, 2]
        .map(|number| sender(server, mails, &queue, stop).lane(format!("connection {number}")));
    let mut outcomes = try_join_all(senders).await?.concat();
    outcomes.sort_by_key(|(place, _)| *place);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}
