//! Mistake: only one mail was under way at a time
async fn send_all(server: &Server, mails: &[Mail]) -> Result<Vec<Outcome>> {
    let mut outcomes = vec![];
    for mail in mails {
        outcomes.push(send_one(server, mail).await?);
    }
    Ok(outcomes)
}
