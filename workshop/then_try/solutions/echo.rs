//! `read_until` gives a line with its end, or what is left when there is no more.
async fn echo(client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut client = tokio::io::BufReader::new(client);
    let mut line = vec![];
    while tokio::io::AsyncBufReadExt::read_until(&mut client, b'\n', &mut line).await? > 0 {
        client.write_all(&line).await?;
        line.clear();
    }
    Ok(())
}
