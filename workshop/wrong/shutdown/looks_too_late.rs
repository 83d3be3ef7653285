//! Mistake: mails were begun after it had been told to stop
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
        let outcome = if !outcomes.is_empty() && stop.is_cancelled() {
            Outcome::NotBegun
        } else {
            deliver(&mut connection, &mails[place]).await?
        };
        outcomes.push((place, outcome));
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}

/// What became of each mail, in the order of the list.
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
