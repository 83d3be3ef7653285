//! Mistake: mails went in rounds: the free connection waited for the busy one
async fn send_all(server: &Server, mails: &[Mail]) -> Result<Vec<Outcome>> {
    let mut outcomes = vec![];
    for pair in mails.chunks(2) {
        outcomes.extend(try_join_all(pair.iter().map(|mail| send_one(server, mail))).await?);
    }
    Ok(outcomes)
}
