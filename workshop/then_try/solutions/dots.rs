//! What cannot be sent is found before MAIL, so that nothing has to be taken back.
async fn send(server: &mut Connection, mail: &Mail) -> Result<Reply> {
    if let Some(long) = mail.text.lines().find(|line| line.len() > 998) {
        return Err(SmtpError::Garbled(long.to_owned()));
    }
    command(server, "MAIL FROM:<me@example.org>").await?;
    command(server, &format!("RCPT TO:<{}>", mail.to)).await?;
    command(server, "DATA").await?;
    server.write_all(wire(mail.text).as_bytes()).await?;
    read_reply(server).await
}
