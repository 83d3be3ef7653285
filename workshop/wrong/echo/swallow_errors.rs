//! Mistake: a read of 0 bytes is the end, not an empty message
/// Sends everything back, until the client is done.
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    // TODO: there is more to come than one read returns.
    while let Ok(n) = client.read(&mut buffer).await {
        if client.write_all(&buffer[..n]).await.is_err() {
            break;
        }
    }
    Ok(())
}
