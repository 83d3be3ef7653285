//! Messages that other people's servers and mail programs like: RFC 5322, with RFC 2047 and MIME
//! for what is not ASCII.
//!
//! How headers are folded and encoded, dates, and how a text travels as 7 bits is `mail-builder`'s
//! work. What is here is what it leaves to its user. A subject or a name often comes from a
//! template, and so from a stranger: if it could contain the end of a line, it could contain
//! headers, recipients, or a whole message of its own. So each method that takes a text returns an
//! error instead. And a header with a syntax of its own, such as a list of addresses or of URLs, is
//! never turned into encoded words, which RFC 2047, 5 forbids there: it is only folded.
use crate::smtp::{Address, Message};
use mail_builder::{
    MessageBuilder,
    headers::{HeaderType, address::EmailAddress, date::Date, raw::Raw, text::Text},
    mime::make_boundary,
};
use std::str::FromStr;

/// A name, which may be empty, and an address: what stands in `From:` and `To:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Free of control characters: a name often comes from a form that a stranger has filled in.
    name: String,
    /// Where mail goes.
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
    /// A message can have this header only once (RFC 5322, 3.6), or it is written by the draft.
    #[error("this header is there already")]
    Duplicate,
    /// A header with a syntax of its own, such as a list of addresses, with characters that are not
    /// ASCII. Only a text for people can be encoded: RFC 2047, 5.
    #[error("this header can only contain ASCII")]
    NotAscii,
    /// A header cannot be folded into lines of 998 bytes, which is the limit of RFC 5322, 2.1.1.
    #[error("a header has a word, or spaces in a row, that are too long for a line")]
    LongLine,
    /// NUL in the text: RFC 5322, 4 forbids new messages to contain it.
    #[error("the text contains NUL")]
    Nul,
}

/// Why a text is not a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    /// The address is none.
    #[error(transparent)]
    Address(#[from] crate::smtp::AddressError),
    /// The name cannot stand in a header.
    #[error("the name contains a control character")]
    Name,
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

    /// The name. It may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    fn header(&self) -> mail_builder::headers::address::Address<'static> {
        let name = if self.name.is_empty() { None } else { Some(self.name.clone().into()) };
        let email = self.address.as_str().to_owned().into();
        mail_builder::headers::address::Address::Address(EmailAddress { name, email })
    }
}

impl From<Address> for Mailbox {
    fn from(address: Address) -> Mailbox {
        Mailbox { name: String::new(), address }
    }
}

/// Reads `alice@example.net`, `Alice <alice@example.net>` or `"Smith, Alice" <alice@example.net>`.
impl FromStr for Mailbox {
    type Err = MailboxError;

    fn from_str(text: &str) -> Result<Mailbox, MailboxError> {
        let text = text.trim();
        let Some((name, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'))
        else {
            return Ok(Mailbox::from(Address::new(text)?));
        };
        let name = name.trim();
        let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
            None => name.to_owned(),
        };
        Mailbox::new(&name, Address::new(address)?).map_err(|_| MailboxError::Name)
    }
}

/// A message that is being written. It gets a `Date` and a `Message-ID` of its own, unless they are
/// given with [`header`](Draft::header).
///
/// ```
/// use mail::{Draft, Mailbox};
///
/// let alice: Mailbox = "Alice <alice@example.net>".parse()?;
/// let bob: Mailbox = "bob@example.org".parse()?;
/// let message = Draft::new(&alice).to(bob).subject("Grüße")?.text("Well?\n")?;
/// assert!(Draft::new(&alice).subject("hello\r\nBcc: all@example.org").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Draft {
    /// The author. Its domain is also that of the `Message-ID`.
    from: Mailbox,
    /// The recipients that the reader sees.
    to: Vec<Mailbox>,
    /// Those that were added, in order.
    headers: Vec<(String, HeaderType<'static>)>,
}

/// Headers that a message can have only once: RFC 5322, 3.6.
const ONCE: [&str; 11] = [
    "Date",
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Subject",
];

/// Headers that the draft writes itself.
const OWN: [&str; 5] = ["From", "To", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

/// Headers with a text for people, which may be encoded: RFC 2047, 5 (1). A header that
/// begins with `X-` is taken for one, too. All others have a syntax, or may have one.
const TEXTS: [&str; 4] = ["Subject", "Comments", "Content-Description", "Organization"];

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

impl Draft {
    /// A message of this author.
    pub fn new(from: &Mailbox) -> Draft {
        Draft { from: from.clone(), to: vec![], headers: vec![] }
    }

    /// Names another recipient. Where the message really goes is said by the envelope.
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

    /// Adds a header, such as `Reply-To`, `List-Unsubscribe` or `Auto-Submitted`. A text for people
    /// may have any characters; all other values are ASCII, and written as they are, but folded.
    ///
    /// # Errors
    /// If the name or the value cannot be that of a header, or if the header is there already.
    pub fn header(mut self, name: &str, value: &str) -> Result<Draft, DraftError> {
        let is_name = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        if name.is_empty() || name.len() > 40 || !name.bytes().all(is_name) {
            return Err(DraftError::HeaderName);
        }
        refuse_control_characters(value)?;
        let is_there = self.has(name) && is_one_of(&ONCE, name);
        if is_there || is_one_of(&OWN, name) {
            return Err(DraftError::Duplicate);
        }
        let is_extension = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("X-"));
        let is_text = is_extension || is_one_of(&TEXTS, name);
        if !is_text && !value.is_ascii() {
            return Err(DraftError::NotAscii);
        }
        let value = if is_text && needs_encoding(value) {
            HeaderType::Text(Text::new(value.to_owned()))
        } else {
            if longest_line(name, value) > LONGEST_LINE {
                return Err(DraftError::LongLine);
            }
            HeaderType::Raw(Raw::new(value.to_owned()))
        };
        // However it was spelt, so that it counts as given when the message is put together.
        let known = ONCE.iter().find(|known| known.eq_ignore_ascii_case(name));
        let name = known.map_or(name, |known| *known);
        self.headers.push((name.to_owned(), value));
        Ok(self)
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(there, _)| there.eq_ignore_ascii_case(name))
    }

    /// Finishes it with its text, which may have any characters and lines of any length: if need
    /// be, it travels as quoted-printable or base64.
    ///
    /// # Errors
    /// If there is NUL in the text.
    pub fn text(self, text: &str) -> Result<Message, DraftError> {
        if text.contains('\0') {
            return Err(DraftError::Nul);
        }
        let mut message = MessageBuilder::new().from(self.from.header());
        if !self.has("Date") {
            message = message.date(Date::now());
        }
        if !self.has("Message-ID") {
            // Random, and at the author's domain, where it cannot meet the random ones of others.
            let domain = self.from.address.domain().unwrap_or("localhost");
            message = message.message_id(format!("{}@{domain}", make_boundary(".")));
        }
        for (name, value) in self.headers {
            message = message.header(name, value);
        }
        if !self.to.is_empty() {
            let to: Vec<_> = self.to.iter().map(Mailbox::header).collect();
            message = message.to(to);
        }
        let mut bytes = vec![];
        message.text_body(text).serialize(&mut bytes);
        Ok(Message::new(bytes))
    }
}

/// The most bytes of a line without its CRLF: RFC 5322, 2.1.1.
const LONGEST_LINE: usize = 998;

/// How long the lines of a header can become although it is folded at 78 bytes: a line can be
/// broken before spaces, but not within them, nor within a word; and not before the first word, nor
/// before spaces at the end.
fn longest_line(name: &str, value: &str) -> usize {
    const FOLDED: usize = 78;
    let words = value.trim_end_matches(' ');
    let mut longest = 0;
    let mut line = name.len() + ": ".len();
    let mut in_word = false;
    for byte in words.bytes() {
        if byte == b' ' && in_word {
            line = 0; // a line can begin here
        }
        in_word = byte != b' ';
        line += 1;
        longest = longest.max(line);
    }
    let at_the_end = value.len() - words.len();
    longest.max(line.max(FOLDED) + at_the_end)
}

/// Whether a text has to become encoded words: if it is not ASCII, or could not be folded, since a
/// word or the space between two words is too long. A text in ASCII that is encoded already stays
/// as it is.
fn needs_encoding(text: &str) -> bool {
    let is_long = |piece: &str| piece.len() > 60;
    !text.is_ascii() || text.split(' ').any(is_long) || text.split(|c| c != ' ').any(is_long)
}

fn refuse_control_characters(text: &str) -> Result<(), DraftError> {
    let ends_a_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().any(ends_a_line) { Err(DraftError::ControlCharacter) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::MessageParser;

    fn draft() -> Draft {
        Draft::new(&"alice@example.net".parse().expect("a mailbox"))
    }

    fn written(message: &Message) -> String {
        String::from_utf8(message.wire().to_vec()).expect("UTF-8")
    }

    /// The value of a header as it was written, with its folding.
    fn header(message: &Message, name: &str) -> Option<String> {
        let text = written(message);
        let head = text.split("\r\n\r\n").next().expect("a header");
        let (_, rest) = format!("\r\n{head}")
            .split_once(&format!("\r\n{name}: "))
            .map(|(before, after)| (before.to_owned(), after.to_owned()))?;
        let mut value = String::new();
        for line in rest.split("\r\n") {
            if !value.is_empty() && !line.starts_with([' ', '\t']) {
                break;
            }
            value += line;
            value += "\n";
        }
        Some(value.trim_end().to_owned())
    }

    #[test]
    fn a_message_has_the_headers_that_rfc_5322_requires() {
        let bob = "\"Bob, the Builder\" <bob@example.org>".parse::<Mailbox>().unwrap();
        let message = draft().to(bob).subject("Grüße").unwrap().text("how are\nyou?").unwrap();
        let text = written(&message);
        for (name, value) in [
            ("From", "<alice@example.net>"),
            ("To", "\"Bob, the Builder\" <bob@example.org>"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=\"utf-8\""),
            ("Content-Transfer-Encoding", "7bit"),
        ] {
            assert_eq!(header(&message, name).as_deref(), Some(value), "{text}");
        }
        assert!(text.ends_with("\r\n\r\nhow are\r\nyou?\r\n.\r\n"), "{text}");
        let parsed = MessageParser::default().parse(text.as_bytes()).expect("a message");
        assert_eq!(parsed.subject(), Some("Grüße"));
        let date = parsed.date().expect("a date").to_timestamp();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        assert!((now.as_secs() as i64 - date).abs() < 60, "{text}");
        let id = parsed.message_id().expect("an identity");
        assert!(id.ends_with("@example.net"), "{text}");
        let another = written(&draft().text("").unwrap());
        assert!(!another.contains(id), "each message has an identity of its own");
    }

    #[test]
    fn a_date_and_an_identity_that_are_given_stay() {
        let given = draft()
            .header("Date", "Fri, 21 Nov 1997 09:55:06 -0600")
            .unwrap()
            .header("message-id", "<1234@local.machine.example>")
            .unwrap();
        let text = written(&given.text("").unwrap());
        assert!(text.contains("\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\n"), "{text}");
        assert!(text.contains("\r\nMessage-ID: <1234@local.machine.example>\r\n"), "{text}");
        assert_eq!(text.to_ascii_lowercase().matches("message-id:").count(), 1, "{text}");
        assert_eq!(text.matches("Date:").count(), 1, "{text}");
    }

    #[test]
    fn a_header_with_a_syntax_is_folded_and_never_encoded() {
        let token = "0123456789abcdef".repeat(8);
        let addresses = vec!["reader@example.org"; 20].join(", ");
        for (name, value) in [
            ("List-Unsubscribe", format!("<https://example.net/u?t={token}>, <mailto:u@b>")),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ("Reply-To", addresses.clone()),
            ("Cc", addresses),
            ("References", vec![format!("<{token}@example.net>"); 10].join(" ")),
            ("Auto-Submitted", "auto-replied".to_owned()),
            ("Received", format!("from a by b id {token}; Fri, 21 Nov 1997 09:55:06 -0600")),
        ] {
            let message = draft().header(name, &value).unwrap().text("").unwrap();
            let written = header(&message, name).unwrap_or_else(|| panic!("no {name}"));
            assert!(!written.contains("=?"), "{name}: {written}");
            let unfolded = written.replace('\n', "");
            assert_eq!(unfolded, value, "{name}");
            let longest_word = value.split(' ').map(str::len).max().expect("a word");
            for line in written.lines() {
                assert!(line.len() <= 78.max(longest_word + 1), "{name}: {line}");
            }
            let refused = draft().header(name, "Grüße <a@b>").unwrap_err();
            assert_eq!(refused, DraftError::NotAscii, "{name}");
        }
    }

    #[test]
    fn a_long_subject_is_cut_into_lines_that_are_put_together_again() {
        for subject in [
            "größer als =?so?= ".repeat(40),
            "plain words ".repeat(40),
            "x".repeat(3000),
            "日本語".repeat(100),
        ] {
            let message = draft().subject(&subject).unwrap().text("").unwrap();
            let text = written(&message);
            assert!(text.lines().all(|line| line.len() <= 78), "{text}");
            let parsed = MessageParser::default().parse(text.as_bytes()).expect("a message");
            assert_eq!(parsed.subject().map(str::trim_end), Some(subject.trim_end()), "{text}");
        }
    }

    #[test]
    fn no_line_of_a_header_is_longer_than_998_bytes_whatever_its_spaces_are() {
        let mut written_as_they_are = 0;
        for name in ["List-Id", "X-A", "Subject"] {
            for spaces in [0, 1, 2, 60, 61, 900, 920, 985, 990, 996, 997, 1000, 3000] {
                let gap = " ".repeat(spaces);
                for value in [
                    gap.clone(),
                    format!("{gap}a"),
                    format!("a{gap}"),
                    format!("a{gap}b"),
                    format!("a{gap}b c{gap}d"),
                    format!("{} a{gap}", "word ".repeat(15)),
                    format!("{} a{gap}b", "word ".repeat(15)),
                    format!("a {}{gap}", "x".repeat(100)),
                    format!("a{gap}{}", "x".repeat(100)),
                ] {
                    let added = match draft().header(name, &value) {
                        Ok(added) => added,
                        Err(error) => {
                            assert_eq!(error, DraftError::LongLine);
                            assert!(name == "List-Id" && spaces > 800, "{spaces}: {value:?}");
                            continue;
                        }
                    };
                    let text = written(&added.text("").unwrap());
                    let longest = text.lines().map(str::len).max().unwrap();
                    assert!(longest <= 998, "{name} {spaces}: {longest} bytes of {value:?}");
                    let unfolded = text.replace("\r\n ", " ");
                    if unfolded.contains(&format!("\r\n{name}: {value}\r\n")) {
                        written_as_they_are += 1;
                    } else if name == "List-Id" {
                        panic!("{spaces}: {value:?} became\n{text}");
                    }
                }
            }
        }
        assert!(written_as_they_are > 90, "{written_as_they_are}");
    }

    #[test]
    fn any_text_travels_as_seven_bits_and_arrives_as_it_was() {
        for text in
            ["Grüße\n", &"x".repeat(5000), "日本語\n\n.\n", &format!("{}\n", "ü".repeat(2000))]
        {
            let message = draft().text(text).unwrap();
            assert!(!message.is_eight_bit());
            let wire = written(&message);
            assert!(wire.lines().all(|line| line.len() <= 998), "{wire}");
            let plain = wire.strip_suffix(".\r\n").unwrap().replace("\r\n..", "\r\n.");
            let parsed = MessageParser::default().parse(plain.as_bytes()).expect("a message");
            let arrived = parsed.body_text(0).expect("a text").replace("\r\n", "\n");
            assert_eq!(arrived.trim_end(), text.trim_end());
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused_when_it_is_written() {
        assert_eq!(draft().text("a\0b").unwrap_err(), DraftError::Nul);
        for name in ["", "X Y", "X:", "Ü", "X\r\nY", &"x".repeat(41)] {
            assert_eq!(draft().header(name, "").unwrap_err(), DraftError::HeaderName, "{name:?}");
        }
        let long = "x".repeat(1000);
        assert_eq!(draft().header("List-Id", &long).unwrap_err(), DraftError::LongLine);
        let twice = draft().subject("a").unwrap().header("subject", "b");
        assert_eq!(twice.unwrap_err(), DraftError::Duplicate);
        for own in ["from", "To", "Content-Type"] {
            assert_eq!(draft().header(own, "a").unwrap_err(), DraftError::Duplicate, "{own}");
        }
    }

    #[test]
    fn a_mailbox_may_have_a_name() {
        for (text, name, address) in [
            ("a@b", "", "a@b"),
            (" Ann <a@b> ", "Ann", "a@b"),
            ("\"Smith, \\\"Ann\\\"\" <a@b>", "Smith, \"Ann\"", "a@b"),
            ("<a@b>", "", "a@b"),
            ("Ärzte <a@b>", "Ärzte", "a@b"),
        ] {
            let mailbox: Mailbox = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((mailbox.name(), mailbox.address().as_str()), (name, address));
        }
        for text in ["", "Ann", "Ann a@b", "Ann <a@b", "Ann <a>", "A\nB <a@b>"] {
            assert!(text.parse::<Mailbox>().is_err(), "{text:?}");
        }
    }
}
