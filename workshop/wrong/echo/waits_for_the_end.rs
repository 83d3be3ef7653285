//! Mistake: it waits for the end before it answers, and the client for an answer
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut everything = vec![];
    client.read_to_end(&mut everything).await?;
    client.write_all(&everything).await
}
