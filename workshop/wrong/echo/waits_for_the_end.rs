//! Mistake: the client waits for the echo of its first part: it has to come back at once
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut everything = vec![];
    client.read_to_end(&mut everything).await?;
    client.write_all(&everything).await
}
