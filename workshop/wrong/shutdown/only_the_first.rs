//! Mistake: mails were begun after it had been told to stop
async fn sender(
    server: &Server,
    mails: &[Mail],
    queue: &RefCell<Range<usize>>,
    stop: Option<&CancellationToken>,
) -> Result<Vec<(usize, Outcome)>> {
    let mut connection = open(server.connect()).await?;
    let mut outcomes = vec![];
    loop {
        let Some(place) = queue.borrow_mut().next() else { break };
        if stop.is_some_and(|stop| stop.is_cancelled()) {
            outcomes.push((place, Outcome::NotBegun));
        } else {
            outcomes.push((place, deliver(&mut connection, &mails[place]).await?));
        }
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
    let senders = [1, 2].map(|number| {
        let stop = if number == 1 { Some(stop) } else { None };
        sender(server, mails, &queue, stop).lane(format!("connection {number}"))
    });
    let mut outcomes = try_join_all(senders).await?.concat();
    outcomes.sort_by_key(|(place, _)| *place);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}
