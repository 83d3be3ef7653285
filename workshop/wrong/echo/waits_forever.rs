//! Mistake: the client waits for the echo of its first part: it has to come back at once
/// Sends everything back, until the client is done.
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    // TODO: there is more to come than one read returns.
    std::future::pending::<()>().await;
    let length = client.read(&mut buffer).await?;
    client.write_all(&buffer[..length]).await
}
