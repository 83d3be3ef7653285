//! Copy buf.
/// Sends everything back, until the client is done.
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let (mut r, mut w) = tokio::io::split(&mut client);
    tokio::io::copy(&mut r, &mut w).await?;
    Ok(())
}
