//! A connection for each mail, two at a time.
async fn send_all(server: &Server, mails: &[Mail]) -> Result<Vec<Outcome>> {
    use futures::{StreamExt, TryStreamExt};
    let sent = mails.iter().map(|mail| send_one(server, mail).lane(mail.to));
    futures::stream::iter(sent).buffered(2).try_collect().await
}
