//! Headers that are what they seem, whatever they are made from: RFC 5322, with RFC 2047 for what
//! is not ASCII.
//!
//! A subject or a name often comes from a template, and so from somebody else. If it could contain
//! the end of a line, it could contain headers, recipients, or a whole message of its own. So
//! whoever has a [`Draft`] has none of that in it: each of its methods that take a text return an
//! error instead.
use crate::smtp::{Address, Message};
use std::fmt::{self, Display, Write};

/// A name, if there is one, and an address: what stands in `From:` and `To:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    name: String,
    address: Address,
}

/// Why a text cannot stand in a header, or in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// A control character in a header, such as the end of a line.
    #[error("a header cannot contain a control character, such as the end of a line")]
    ControlCharacter,
    /// The name of a header is not a word of visible ASCII without a colon, of 40 characters at
    /// most.
    #[error("this cannot be the name of a header")]
    HeaderName,
    /// A line of the text has more than 998 bytes: RFC 5322, 2.1.1.
    #[error("a line of the text has more than 998 bytes")]
    LongLine,
    /// NUL in the text: RFC 5322, 4.
    #[error("the text contains NUL")]
    Nul,
}

impl Mailbox {
    /// A name and an address.
    ///
    /// # Errors
    /// If the name has a control character in it.
    pub fn new(name: &str, address: Address) -> Result<Mailbox, DraftError> {
        refuse_control_characters(name)?;
        Ok(Mailbox { name: name.to_owned(), address })
    }

    /// The address.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl From<Address> for Mailbox {
    fn from(address: Address) -> Mailbox {
        Mailbox { name: String::new(), address }
    }
}

/// As it stands in a header.
impl Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mailbox { name, address } = self;
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '-' || c == '_';
        if name.is_empty() {
            write!(f, "<{address}>")
        } else if name.len() > LONGEST_PLAIN || !name.is_ascii() || name.contains("=?") {
            write!(f, "{} <{address}>", encoded_words(name, 0))
        } else if name.chars().all(is_word) {
            write!(f, "{name} <{address}>")
        } else {
            write!(f, "\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""))
        }
    }
}

/// A message that is being written.
///
/// ```
/// use mail::{Draft, Mailbox, smtp::Address};
///
/// let alice = Mailbox::new("Alice", "alice@example.net".parse()?)?;
/// let message = Draft::new(&alice).to("bob@example.org".parse::<Address>()?).subject("Grüße")?.text("Well?\n")?;
/// assert!(Draft::new(&alice).subject("hello\r\nBcc: everybody@example.org").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Draft {
    headers: String,
    to: Vec<Mailbox>,
}

impl Draft {
    /// A message of this author.
    pub fn new(from: &Mailbox) -> Draft {
        Draft { headers: format!("From: {from}\r\n"), to: vec![] }
    }

    /// Adds somebody to those who are named as recipients. Who really gets it is said by the
    /// envelope.
    pub fn to(mut self, to: impl Into<Mailbox>) -> Draft {
        self.to.push(to.into());
        self
    }

    /// Adds the subject.
    ///
    /// # Errors
    /// If it has a control character in it.
    pub fn subject(self, subject: &str) -> Result<Draft, DraftError> {
        self.header("Subject", subject)
    }

    /// Adds any header.
    ///
    /// # Errors
    /// If the name or the value cannot be that of a header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Draft, DraftError> {
        let is_name = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        if name.is_empty() || name.len() > 40 || !name.bytes().all(is_name) {
            return Err(DraftError::HeaderName);
        }
        refuse_control_characters(value)?;
        let plain = value.len() <= LONGEST_PLAIN && value.is_ascii() && !value.contains("=?");
        let value = if plain { value.to_owned() } else { encoded_words(value, name.len() + 2) };
        self.headers += &format!("{name}: {value}\r\n");
        Ok(self)
    }

    /// Finishes it with its text.
    ///
    /// # Errors
    /// If there is NUL in the text, or a line with more than 998 bytes.
    pub fn text(self, text: &str) -> Result<Message, DraftError> {
        if text.contains('\0') {
            return Err(DraftError::Nul);
        }
        if text.split(['\r', '\n']).any(|line| line.len() > 998) {
            return Err(DraftError::LongLine);
        }
        let mut message = self.headers;
        if !self.to.is_empty() {
            let to: Vec<String> = self.to.iter().map(Mailbox::to_string).collect();
            message += &format!("To: {}\r\n", to.join(",\r\n "));
        }
        let encoding = if text.is_ascii() { "7bit" } else { "8bit" };
        message += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
        message += &format!("Content-Transfer-Encoding: {encoding}\r\n\r\n{text}");
        Ok(Message::new(message))
    }
}

/// So that a line stays below the 78 characters of RFC 5322, 2.1.1.
const LONGEST_PLAIN: usize = 60;

fn refuse_control_characters(text: &str) -> Result<(), DraftError> {
    let ends_a_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().any(ends_a_line) { Err(DraftError::ControlCharacter) } else { Ok(()) }
}

/// Words such as `=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=`, of 75 characters at most, each on a line of its
/// own: RFC 2047, 2 and 4.2. `before` characters stand before the first one.
fn encoded_words(text: &str, before: usize) -> String {
    const LONGEST: usize = 75 - "=?UTF-8?Q??=".len();
    let mut words = String::from("=?UTF-8?Q?");
    let mut left = LONGEST.saturating_sub(before);
    for c in text.chars() {
        let mut encoded = String::new();
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            let _ = match byte {
                b' ' => write!(encoded, "_"),
                byte if byte.is_ascii_alphanumeric() => write!(encoded, "{}", char::from(byte)),
                byte => write!(encoded, "={byte:02X}"),
            };
        }
        // A character is never cut in two: RFC 2047, 5.
        if encoded.len() > left {
            words += "?=\r\n =?UTF-8?Q?";
            left = LONGEST - 1;
        }
        left -= encoded.len();
        words += &encoded;
    }
    words + "?="
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft::new(&Mailbox::from(Address::new("alice@example.net").expect("an address")))
    }

    fn written(message: &Message) -> String {
        String::from_utf8(message.wire().to_vec()).expect("UTF-8")
    }

    #[test]
    fn a_message_has_the_headers_that_mail_programs_expect() {
        let bob = Mailbox::new("Bob \"the\" Builder", "bob@example.org".parse().unwrap()).unwrap();
        let message = draft().to(bob).subject("Grüße").unwrap().text("how are\nyou?").unwrap();
        let expected = "From: <alice@example.net>\r\nSubject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\
            To: \"Bob \\\"the\\\" Builder\" <bob@example.org>\r\nMIME-Version: 1.0\r\n\
            Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nhow are\r\nyou?\r\n.\r\n";
        assert_eq!(written(&message), expected);
        assert!(!message.is_eight_bit());
    }

    #[test]
    fn long_subjects_are_cut_into_lines_that_can_be_put_together_again() {
        let subject = "größer als =?so?= ".repeat(40);
        let message = written(&draft().subject(&subject).unwrap().text("").unwrap());
        let header = message.split("Subject: ").nth(1).unwrap().split("\r\nMIME").next().unwrap();
        assert!(message.lines().all(|line| line.len() <= 78), "{message}");
        let words = header.split("\r\n ").map(|word| {
            let text = word
                .strip_prefix("=?UTF-8?Q?")
                .unwrap()
                .strip_suffix("?=")
                .unwrap()
                .replace('_', " ");
            let mut parts = text.split('=');
            let mut bytes = parts.next().unwrap().as_bytes().to_vec();
            for part in parts {
                bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
                bytes.extend_from_slice(&part.as_bytes()[2..]);
            }
            String::from_utf8(bytes).expect("no character is cut in two")
        });
        assert_eq!(words.collect::<String>(), subject);
    }

    #[test]
    fn what_cannot_be_sent_is_refused_when_it_is_written() {
        assert_eq!(draft().text("a\0b").unwrap_err(), DraftError::Nul);
        assert_eq!(draft().text(&"x".repeat(999)).unwrap_err(), DraftError::LongLine);
        assert!(draft().text(&"x".repeat(998)).is_ok());
        for name in ["", "X Y", "X:", "Ü", "X\r\nY", &"x".repeat(41)] {
            assert_eq!(draft().header(name, "").unwrap_err(), DraftError::HeaderName, "{name:?}");
        }
    }
}
