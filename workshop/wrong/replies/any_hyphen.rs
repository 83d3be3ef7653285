//! Mistake: it waits for a line after the last one: its text has a hyphen
async fn read_reply(server: &mut Connection) -> Result<Reply> {
    let mut lines: Vec<String> = vec![];
    loop {
        let mut line = String::new();
        if server.read_line(&mut line).await? == 0 {
            return Err(SmtpError::Io(io::ErrorKind::UnexpectedEof));
        }
        let Some((code, _, text)) = parse(line.trim_end()) else {
            return Err(SmtpError::Garbled(line));
        };
        lines.push(text.to_owned());
        if !line.contains('-') {
            return Ok(Reply { code, text: lines.join(" ") });
        }
    }
}
