//! Mistake: not all came back: a `read` or a `write` may do less than it is given
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    for _ in 0..3 {
        let length = client.read(&mut buffer).await?;
        client.write_all(&buffer[..length]).await?;
    }
    Ok(())
}
