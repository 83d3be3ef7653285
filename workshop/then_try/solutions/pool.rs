//! There are no more senders than mails.
/// What became of each mail, in the order of the list.
async fn send_all(server: &Server, mails: &[Mail]) -> Result<Vec<Outcome>> {
    let queue = RefCell::new(0..mails.len());
    let senders = (1..=mails.len().min(2))
        .map(|number| sender(server, mails, &queue).lane(format!("connection {number}")));
    let mut outcomes = try_join_all(senders).await?.concat();
    outcomes.sort_by_key(|(place, _)| *place);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}
