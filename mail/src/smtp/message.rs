//! What is sent: an envelope, and a message in the form in which it goes over the wire.
use super::{address::Address, codec::dot_stuff};
use bytes::Bytes;

/// The sender and the recipients. What the headers of the message say about that is another matter:
/// RFC 5321, 2.3.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Where reports about this message go. `None` is `<>`: nowhere, for a message that is such a
    /// report itself.
    pub from: Option<Address>,
    /// The recipients.
    pub to: Vec<Address>,
}

/// A message, ready to be sent any number of times: clones share its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// With dots added, and with the final dot.
    wire: Bytes,
    /// Without both: what SIZE announces.
    size: usize,
    /// Whether there are bytes beyond ASCII anywhere.
    eight_bit: bool,
    /// What its headers consist of: that decides whether it needs SMTPUTF8.
    headers: Characters,
    /// For a message that is passed on: whether it came with SMTPUTF8. `None` for one of our own.
    received_with_smtputf8: Option<bool>,
}

/// What the headers of a message consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Characters {
    Ascii,
    Utf8,
    /// Bytes beyond ASCII in some other encoding, such as Latin 1. SMTPUTF8 does not cover them.
    Other,
}

impl Message {
    /// A message with these headers and this text. Its lines may end with LF, CR or CRLF; they are
    /// sent with CRLF, and so is the last one. Whatever it contains, it is one message, and no part
    /// of it is taken for a command.
    pub fn new(text: impl AsRef<[u8]>) -> Message {
        let text = text.as_ref();
        let mut wire = Vec::with_capacity(text.len() + text.len() / 32 + 8);
        let dots = dot_stuff(text, &mut wire);
        let size = wire.len() - dots;
        let end = wire.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or(wire.len());
        let headers = match &wire[..end] {
            headers if headers.is_ascii() => Characters::Ascii,
            headers if std::str::from_utf8(headers).is_ok() => Characters::Utf8,
            _ => Characters::Other,
        };
        let eight_bit = !wire.is_ascii();
        wire.extend_from_slice(b".\r\n");
        Message { wire: wire.into(), size, eight_bit, headers, received_with_smtputf8: None }
    }

    /// A message that came from another client and is passed on as it is. SMTPUTF8 is asked for
    /// only if it came with SMTPUTF8 (or if an address needs it): old programs write Latin 1 into
    /// headers, and no extension makes that correct, but it has always arrived. 8BITMIME is
    /// declared where it is offered; where it is not, the bytes are sent nevertheless, since the
    /// sender does not know this server and cannot convert the message for it.
    pub fn passed_on(text: impl AsRef<[u8]>, came_with_smtputf8: bool) -> Message {
        Message { received_with_smtputf8: Some(came_with_smtputf8), ..Message::new(text) }
    }

    /// How many bytes it has, with CRLF at the end of each line and without what is only added on
    /// its way: RFC 1870, 5.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether it has bytes beyond ASCII: RFC 6152.
    pub fn is_eight_bit(&self) -> bool {
        self.eight_bit
    }

    /// Whether it can only be sent to a server that offers 8BITMIME.
    pub fn needs_eight_bit_mime(&self) -> bool {
        self.eight_bit && self.received_with_smtputf8.is_none()
    }

    /// Whether its headers can only be sent to a server that offers SMTPUTF8: RFC 6532.
    pub fn needs_smtputf8(&self) -> bool {
        match self.received_with_smtputf8 {
            Some(came_with_it) => came_with_it && self.headers != Characters::Ascii,
            None => self.headers == Characters::Utf8,
        }
    }

    /// The bytes that follow the 354, with the final dot.
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }
}
