//! Mistake: the second run does not know what the first has done
/// Sends mails over one connection, as long as there are any; `queue` gives their places in the
/// list.
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
            journal.write(&format!("begun {}", mail.to)).await;
            deliver(&mut connection, mail).await?
        };
        outcomes.push((place, outcome));
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}
