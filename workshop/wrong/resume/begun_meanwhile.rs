//! Mistake: a mail was sent twice: the first run had sent it, and the journal did not say so yet
async fn sender(
    server: &Server,
    mails: &[Mail],
    queue: &RefCell<Range<usize>>,
    stop: &CancellationToken,
    journal: &Journal,
) -> Result<Vec<(usize, Outcome)>> {
    let mut connection = open(server.connect()).await?;
    let mut outcomes = vec![];
    loop {
        let Some(place) = queue.borrow_mut().next() else { break };
        let mail = &mails[place];
        let outcome = if stop.is_cancelled() {
            Outcome::NotBegun
        } else if journal.has(&format!("done {}", mail.to)) {
            Outcome::Earlier
        } else if journal.has(&format!("begun {}", mail.to)) {
            Outcome::InDoubt
        } else {
            let begun = format!("begun {}", mail.to);
            let (outcome, ()) = tokio::join!(deliver(&mut connection, mail), journal.write(&begun));
            journal.write(&format!("done {}", mail.to)).await;
            outcome?
        };
        outcomes.push((place, outcome));
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}
