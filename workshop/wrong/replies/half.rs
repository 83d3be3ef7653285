//! Mistake: half a reply was taken for a whole one
async fn read_reply(server: &mut Connection) -> Result<Reply> {
    let mut whole = Reply { code: 0, text: String::new() };
    loop {
        let mut line = String::new();
        if server.read_line(&mut line).await? == 0 {
            return Ok(whole);
        }
        let Some((code, sign, text)) = parse(line.trim_end()) else {
            return Err(SmtpError::Garbled(line));
        };
        whole.code = code;
        if !whole.text.is_empty() {
            whole.text.push(' ');
        }
        whole.text += text;
        if sign != '-' {
            return Ok(whole);
        }
    }
}
