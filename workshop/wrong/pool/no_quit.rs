//! Mistake: a connection was cut off, without QUIT
async fn send_one(server: &Server, mail: &Mail) -> Result<Outcome> {
    let mut connection = open(server.connect()).await?;
    deliver(&mut connection, mail).await
}

async fn send_all(server: &Server, mails: &[Mail]) -> Result<Vec<Outcome>> {
    use futures::{StreamExt, TryStreamExt};
    let sent = mails.iter().map(|mail| send_one(server, mail).lane(mail.to));
    futures::stream::iter(sent).buffered(2).try_collect().await
}
