//! Mistake: it wrote more than it had read
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = [0; 16];
    while client.read(&mut buffer).await? > 0 {
        client.write_all(&buffer).await?;
    }
    Ok(())
}
