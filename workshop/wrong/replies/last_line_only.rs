//! Mistake: lines of a reply were thrown away
async fn read_reply(server: &mut Connection) -> Result<Reply> {
    loop {
        let mut line = String::new();
        if server.read_line(&mut line).await? == 0 {
            return Err(SmtpError::Io(io::ErrorKind::UnexpectedEof));
        }
        match parse(line.trim_end()) {
            Some((_, '-', _)) => {}
            Some((code, _, text)) => return Ok(Reply { code, text: text.to_owned() }),
            None => return Err(SmtpError::Garbled(line)),
        }
    }
}
