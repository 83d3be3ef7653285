//! Mistake: it hung up too soon: one read is not all there is
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    loop {
        let length = client.read(&mut buffer).await?;
        client.write_all(&buffer[..length]).await?;
        if length < buffer.len() {
            return Ok(());
        }
    }
}
