//! Replies: what a server says to each command, in numbers for the client and in words for people.
use std::{
    borrow::Cow,
    fmt::{self, Display, Write},
};

/// A reply: RFC 5321, 4.2. Its text cannot contain the end of a line, whatever it is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What a client goes by: RFC 5321, 4.2.1.
    code: u16,
    /// More exactly, if the server says so.
    status: Option<Status>,
    /// The lines, with `\n` between them.
    text: Cow<'static, str>,
}

/// An enhanced status code, such as `5.1.1`: RFC 3463.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// 2 for success, 4 for a refusal that may pass, 5 for a refusal for good.
    pub class: u8,
    /// What it is about: 1 the address, 2 the mailbox, 3 the system, 4 the network, 5 the protocol,
    /// 6 the content, 7 policy.
    pub subject: u16,
    /// What exactly.
    pub detail: u16,
}

impl Status {
    /// Reads the code that a text begins with, and what follows it.
    pub fn parse(text: &str) -> Option<(Status, &str)> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut numbers = word.split('.');
        let mut number = |digits: usize| {
            let number = numbers.next()?;
            let plain = number.len() <= digits && number.bytes().all(|byte| byte.is_ascii_digit());
            if plain { number.parse().ok() } else { None }
        };
        let class = number(1)?;
        let subject = number(3)?;
        let detail = number(3)?;
        let status = Status { class: u8::try_from(class).ok()?, subject, detail };
        (numbers.next().is_none() && matches!(class, 2 | 4 | 5)).then_some((status, rest))
    }
}

impl Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl Reply {
    /// A reply to a recipient or to a message. What could end its line is replaced by a space.
    ///
    /// # Panics
    /// If the code is not an outcome, that is 250 to 259, 400 to 499 or 500 to 599; or if the
    /// status does not begin with the same digit. Other replies are the session's own business.
    pub fn new(code: u16, status: (u8, u16, u16), text: impl Into<Cow<'static, str>>) -> Reply {
        assert!(matches!(code, 250..=259 | 400..=599), "{code} is no outcome");
        assert_eq!(code / 100, u16::from(status.0), "the status does not match the code {code}");
        let (class, subject, detail) = status;
        Reply { code, status: Some(Status { class, subject, detail }), text: one_line(text.into()) }
    }

    /// `250`: accepted, with all that it means. The server that says so is responsible from now on:
    /// RFC 5321, 4.2.5.
    pub fn accepted(text: impl Into<Cow<'static, str>>) -> Reply {
        Reply::new(250, (2, 0, 0), text)
    }

    /// `250 2.1.5`: this recipient can have the message. RFC 3463, 3.2 has a status of its own for
    /// it.
    pub fn recipient_ok() -> Reply {
        Reply::own(250, Some((2, 1, 5)), "recipient ok")
    }

    /// `451`: not now. The client keeps the message and tries again.
    pub fn try_again(text: impl Into<Cow<'static, str>>) -> Reply {
        Reply::new(451, (4, 3, 0), text)
    }

    /// `550`: there is no such mailbox, or none that one may write to. The client gives up.
    pub fn no_such_mailbox(text: impl Into<Cow<'static, str>>) -> Reply {
        Reply::new(550, (5, 1, 1), text)
    }

    /// `554`: this message never. The client gives up.
    pub fn refused(text: impl Into<Cow<'static, str>>) -> Reply {
        Reply::new(554, (5, 6, 0), text)
    }

    /// A reply of the session's own. `text` is known to be in order.
    pub(super) const fn own(
        code: u16,
        status: Option<(u8, u16, u16)>,
        text: &'static str,
    ) -> Reply {
        let status = match status {
            Some((class, subject, detail)) => Some(Status { class, subject, detail }),
            None => None,
        };
        Reply { code, status, text: Cow::Borrowed(text) }
    }

    /// A reply without a status, of several lines that are known to be in order: that to EHLO.
    pub(super) fn lines(code: u16, lines: &[String]) -> Reply {
        Reply { code, status: None, text: lines.join("\n").into() }
    }

    /// What a client has read. The lines have `\n` between them, and the status stands before the
    /// first.
    pub(super) fn read(code: u16, text: String) -> Reply {
        match Status::parse(&text) {
            Some((status, rest)) if u16::from(status.class) == code / 100 => {
                // Each line begins with it again: RFC 2034, 4.
                let again = format!("\n{status} ");
                let rest = rest.to_owned();
                Reply { code, status: Some(status), text: rest.replace(&again, "\n").into() }
            }
            _ => Reply { code, status: None, text: text.into() },
        }
    }

    /// The three digits.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced status code, if there is one.
    pub fn status(&self) -> Option<Status> {
        self.status
    }

    /// The text without the numbers, with `\n` between its lines.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// 2xx: it is done.
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// 4xx: try again later.
    pub fn is_transient(&self) -> bool {
        self.code / 100 == 4
    }

    /// 5xx: do not try again.
    pub fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }

    /// Writes it as it goes over the wire: RFC 5321, 4.2.1.
    ///
    /// A server does this for each command, so it avoids the machinery of `write!`.
    pub fn write_to(&self, out: &mut impl Write) -> fmt::Result {
        let mut rest = &*self.text;
        loop {
            let end = memchr::memchr(b'\n', rest.as_bytes());
            let line = match end {
                Some(end) => &rest[..end],
                None => rest,
            };
            write_number(self.code, out)?;
            out.write_str(if end.is_some() { "-" } else { " " })?;
            if let Some(Status { class, subject, detail }) = self.status {
                write_number(class.into(), out)?;
                out.write_str(".")?;
                write_number(subject, out)?;
                out.write_str(".")?;
                write_number(detail, out)?;
                out.write_str(" ")?;
            }
            out.write_str(line)?;
            out.write_str("\r\n")?;
            match end {
                Some(end) => rest = &rest[end + 1..],
                None => break,
            }
        }
        Ok(())
    }
}

/// The reply in one line, as for a log.
impl Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(status) = self.status {
            write!(f, " {status}")?;
        }
        for (number, line) in self.text.split('\n').enumerate() {
            write!(f, "{}{line}", if number == 0 { " " } else { " / " })?;
        }
        Ok(())
    }
}

/// In decimal digits.
fn write_number(number: u16, out: &mut impl Write) -> fmt::Result {
    if number >= 10 {
        write_number(number / 10, out)?;
    }
    out.write_char(char::from(b'0' + (number % 10) as u8))
}

/// Handlers quote what others wrote: addresses, errors, the reply of another server. None of that
/// may look like a reply of its own, and the line may not grow beyond what clients read: 512 bytes,
/// RFC 5321, 4.5.3.1.5.
fn one_line(text: Cow<'static, str>) -> Cow<'static, str> {
    const LONGEST: usize = 480;
    let plain = |byte: u8| matches!(byte, b' '..=b'~');
    if text.len() <= LONGEST && text.bytes().all(plain) {
        return text;
    }
    let clean = text.chars().take(LONGEST).map(|c| match c {
        ' '..='~' => c,
        _ if c.is_control() => ' ',
        _ => '?',
    });
    clean.collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(reply: &Reply) -> String {
        let mut wire = String::new();
        reply.write_to(&mut wire).expect("a String takes everything");
        wire
    }

    #[test]
    fn a_reply_is_one_line_whatever_it_quotes() {
        let reply = Reply::try_again("it said\r\n250 ok\0 für".to_owned() + &"x".repeat(1000));
        let wire = wire(&reply);
        assert!(wire.starts_with("451 4.3.0 it said  250 ok  f?r"), "{wire}");
        assert_eq!(wire.matches('\n').count(), 1);
        assert!(wire.len() <= 512, "{}", wire.len());
    }

    #[test]
    fn several_lines_have_a_hyphen_before_all_but_the_last() {
        let reply = Reply::lines(250, &["host".into(), "SIZE 1000".into(), "PIPELINING".into()]);
        assert_eq!(wire(&reply), "250-host\r\n250-SIZE 1000\r\n250 PIPELINING\r\n");
    }

    #[test]
    fn an_enhanced_status_is_read_only_where_there_is_one() {
        let status = |text: &str| {
            Reply::read(550, text.to_owned()).status().map(|status| status.to_string())
        };
        assert_eq!(status("5.1.1 no such user"), Some("5.1.1".to_owned()));
        assert_eq!(status("2.1.1 another class"), None);
        for text in
            ["no", "5.1 no", "5.1.1.1 no", "5.1.1000 no", "5.a.1 no", "5.+1.1 no", "", "5..1 no"]
        {
            assert_eq!(status(text), None, "{text:?}");
        }
    }

    #[test]
    #[should_panic(expected = "354 is no outcome")]
    fn a_handler_cannot_make_a_reply_that_is_the_sessions_own() {
        Reply::new(354, (3, 0, 0), "go ahead");
    }
}
