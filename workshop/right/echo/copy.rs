//! Tokio has a function for it.
async fn echo(client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let (mut from, mut to) = tokio::io::split(client);
    tokio::io::copy(&mut from, &mut to).await.map(|_| ())
}
