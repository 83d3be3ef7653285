//! Mistake: not all came back: a `read` or a `write` may do less than it is given
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
