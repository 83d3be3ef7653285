//! As most people would write it.
/// Sends everything back, until the client is done.
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    // TODO: there is more to come than one read returns.
    loop {
        let n = client.read(&mut buffer).await?;
        if n == 0 {
            return Ok(());
        }
        client.write_all(&buffer[..n]).await?;
    }
}
