//! A buffer that keeps what could not be written yet.
async fn echo(mut client: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = bytes::BytesMut::new();
    while client.read_buf(&mut buffer).await? > 0 {
        while !buffer.is_empty() {
            client.write_buf(&mut buffer).await?;
        }
    }
    Ok(())
}
