//! Mistake: the client waits for the echo of its first part: it has to come back at once
/// Sends everything back, until the client is done.
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut c = tokio::io::BufStream::new(client);
    let mut buffer = [0; 16];
    loop {
        let n = c.read(&mut buffer).await?;
        if n == 0 {
            return Ok(());
        }
        c.write_all(&buffer[..n]).await?;
    }
}
