//! Mistake: a mail had to wait for the busy one, though a connection was free
async fn sender(server: &Server, mails: &[Mail]) -> Result<Vec<Outcome>> {
    let mut connection = open(server.connect()).await?;
    let mut outcomes = vec![];
    for mail in mails {
        outcomes.push(deliver(&mut connection, mail).await?);
    }
    command(&mut connection, "QUIT").await?;
    Ok(outcomes)
}

async fn send_all(server: &Server, mails: &[Mail]) -> Result<Vec<Outcome>> {
    let (first, second) = mails.split_at(3);
    let (first, second) = (sender(server, first).lane("1"), sender(server, second).lane("2"));
    let (first, second) = futures::try_join!(first, second)?;
    Ok([first, second].concat())
}
