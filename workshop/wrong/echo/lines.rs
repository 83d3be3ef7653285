//! Mistake: the client waits for the echo of its first part: it has to come back at once
/// Sends everything back, until the client is done.
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    use tokio::io::AsyncBufReadExt;
    let mut c = tokio::io::BufStream::new(client);
    let mut line = String::new();
    while c.read_line(&mut line).await? > 0 {
        c.write_all(line.as_bytes()).await?;
        c.flush().await?;
        line.clear();
    }
    Ok(())
}
