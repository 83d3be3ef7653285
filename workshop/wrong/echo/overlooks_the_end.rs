//! Mistake: a read of 0 bytes is the end, not an empty message
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    loop {
        let length = client.read(&mut buffer).await?;
        client.write_all(&buffer[..length]).await?;
    }
}
