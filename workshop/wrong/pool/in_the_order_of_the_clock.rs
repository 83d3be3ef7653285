//! Mistake: the outcomes are not in the order of the list
async fn send_all(server: &Server, mails: &[Mail]) -> Result<Vec<Outcome>> {
    use futures::{StreamExt, TryStreamExt};
    let sent = mails.iter().map(|mail| send_one(server, mail).lane(mail.to));
    futures::stream::iter(sent).buffer_unordered(2).try_collect().await
}
