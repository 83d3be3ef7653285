//! Mistake: not all came back: one `write` may write less than it is given
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    loop {
        let n = client.read(&mut buffer).await?;
        if n == 0 {
            return Ok(());
        }
        client.write(&buffer[..n]).await?;
    }
}
