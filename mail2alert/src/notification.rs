//! What a mail says in its header: as much of RFC 5322 as the relay has to understand.
//!
//! The relay never changes a mail but for the trace that it puts in front, so it only has to read:
//! the subject, which the rules are about; the message's identity, by which a retry is known; and
//! how often it was received already. `mail-parser` decodes the encoded words of RFC 2047. The
//! fields are found here, since a mail that breaks the rules has to be understood as far as
//! possible, too.
use mail_parser::{HeaderName, MessageParser};

/// The header of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The subject, unfolded and decoded. Empty if there is none.
    pub subject: String,
    /// Whether there is a `Message-ID`: then another mail of the same bytes is the same mail.
    pub has_message_id: bool,
    /// How many servers have had it so far: its `Received` lines.
    pub hops: usize,
}

impl Header {
    /// Reads a mail. It never fails: a line that is no header line is skipped, since such a mail
    /// has to be delivered, too.
    pub fn read(mail: &[u8]) -> Header {
        let mut header = Header { subject: String::new(), has_message_id: false, hops: 0 };
        for (name, value) in fields(mail) {
            match name.to_ascii_lowercase().as_slice() {
                b"subject" if header.subject.is_empty() => header.subject = decode(value),
                b"message-id" => header.has_message_id |= !value.trim_ascii().is_empty(),
                b"received" => header.hops += 1,
                _ => {}
            }
        }
        header
    }
}

/// The fields of the header, in order, with the lines of a folded one still in it.
fn fields(mail: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = mail;
    std::iter::from_fn(move || {
        loop {
            let mut length = line_length(rest);
            if rest[..length].trim_ascii().is_empty() {
                return None; // the empty line before the body, or the end of a mail without one
            }
            while matches!(rest.get(length), Some(b' ' | b'\t')) {
                length += line_length(&rest[length..]);
            }
            let (field, after) = rest.split_at(length);
            rest = after;
            if let Some(colon) = field.iter().position(|&byte| byte == b':') {
                return Some((field[..colon].trim_ascii_end(), &field[colon + 1..]));
            }
        }
    })
}

/// How long the first line is, with its end.
fn line_length(text: &[u8]) -> usize {
    text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |end| end + 1)
}

/// The value of a field in words: unfolded, and with its encoded words decoded.
fn decode(value: &[u8]) -> String {
    let field = [b"Subject:", value, b"\r\n\r\n"].concat();
    let parser = MessageParser::new().header_text(HeaderName::Subject);
    let message = parser.parse_headers(&field);
    let text = message.as_ref().and_then(|message| message.subject()).unwrap_or_default();
    // A line break in a decoded subject would be one in the log.
    text.trim().replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(value: &str) -> String {
        Header::read(format!("From: a@b\r\nSubject:{value}\r\n\r\nbody").as_bytes()).subject
    }

    #[test]
    fn a_header_is_read_up_to_the_empty_line() {
        let mail = b"Received: from a\r\n by b\r\nreceived: from c\r\nSUBJECT: one\r\n two\r\n\
            Message-ID: <1@a>\r\n\r\nReceived: from the body\r\nSubject: of the body\r\n";
        assert_eq!(
            Header::read(mail),
            Header { subject: "one two".into(), has_message_id: true, hops: 2 }
        );
    }

    #[test]
    fn any_bytes_have_a_header() {
        let none = Header { subject: String::new(), has_message_id: false, hops: 0 };
        for mail in [
            &b""[..],
            b"\r\n",
            b"\n\n",
            b"no colon\r\n",
            b" folded nothing\r\n\r\n",
            b":",
            b"\xff\xfe: \xff",
        ] {
            assert_eq!(Header::read(mail), none, "{mail:?}");
        }
        assert_eq!(Header::read(b"no colon\r\nSubject: a").subject, "a");
        assert_eq!(Header::read(b"Subject: first\nSubject: second\n\n").subject, "first");
        assert_eq!(Header::read(b"Subject : spaced\r\n\r\n").subject, "spaced");
        assert!(
            !Header::read(b"Message-ID:  \r\n\r\n").has_message_id,
            "an empty one identifies nothing"
        );
    }

    #[test]
    fn subjects_are_decoded_as_far_as_they_are_understood() {
        for (value, decoded) in [
            (" plain", "plain"),
            (" =?utf-8?B?w6XDpMO2?= here", "åäö here"),
            (" =?utf-8?q?a_=C3=A5?=\r\n =?UTF-8?Q?b?=", "a åb"),
            (" =?iso-8859-1?Q?=E5?= x =?us-ascii*en?q?y?=", "å x y"),
            (" =?koi8-r?B?w9E=?=", "ця"),
            (" =?utf-8?B?*?= =?utf-8?X?a?= =?", "=?utf-8?B?*?= =?utf-8?X?a?= =?"),
            (" =?utf-8?Q?a=0D=0Ab?=", "a  b"),
        ] {
            assert_eq!(subject(value), decoded);
        }
    }
}
