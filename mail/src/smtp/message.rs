//! What is sent: an envelope, and a message in the form in which it goes over the wire.
use super::{address::Address, codec::dot_stuff};
use bytes::Bytes;

/// From whom, and to whom. What the headers of the message say about that is another matter: RFC
/// 5321, 2.3.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Where reports about this message go. `None` is `<>`: nowhere, for a message that is such a
    /// report itself.
    pub from: Option<Address>,
    /// Who gets the message.
    pub to: Vec<Address>,
}

/// A message, ready to be sent any number of times: clones share its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// With dots added, and with the final dot.
    wire: Bytes,
    size: usize,
    eight_bit: bool,
    utf8_headers: bool,
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
        let headers = wire.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or(wire.len());
        let utf8_headers = !wire[..headers].is_ascii();
        let eight_bit = utf8_headers || !wire[headers..].is_ascii();
        wire.extend_from_slice(b".\r\n");
        Message { wire: wire.into(), size, eight_bit, utf8_headers }
    }

    /// How many bytes it has, with CRLF at the end of each line and without what is only added on
    /// its way: RFC 1870, 5.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether it has bytes beyond ASCII, and so needs 8BITMIME: RFC 6152.
    pub fn is_eight_bit(&self) -> bool {
        self.eight_bit
    }

    /// Whether its headers have bytes beyond ASCII, and so need SMTPUTF8: RFC 6532.
    pub fn has_utf8_headers(&self) -> bool {
        self.utf8_headers
    }

    /// The bytes that follow the 354, with the final dot.
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }
}
