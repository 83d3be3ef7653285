//! The sending side's codec: bytes in, replies out.
use super::super::reply::Reply;
use bytes::{Buf, BytesMut};
use memchr::memchr2;
use std::io;
use tokio_util::codec::Decoder;

/// Reads replies, of any length that is sane.
#[derive(Debug, Default)]
pub struct ReplyCodec {
    /// The reply of which the last line is still to come.
    begun: Option<(u16, String)>,
}

/// Why something is not a reply.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// It could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is against the rules.
    #[error("{0}")]
    Because(&'static str),
}

/// RFC 5321, 4.5.3.1.5 allows 512 bytes; some servers are more talkative.
const LONGEST_LINE: usize = 2048;
const LONGEST_REPLY: usize = 64 * 1024;

impl Decoder for ReplyCodec {
    type Item = Reply;
    type Error = ReplyError;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<Reply>, ReplyError> {
        loop {
            let Some(end) = memchr::memchr(b'\n', source) else {
                return if source.len() > LONGEST_LINE { Err(TOO_LONG) } else { Ok(None) };
            };
            if end > LONGEST_LINE {
                return Err(TOO_LONG);
            }
            let line = source.split_to(end);
            source.advance(1);
            let line = line
                .strip_suffix(b"\r")
                .ok_or(ReplyError::Because("a line does not end with CRLF"))?;
            let (code, last, text) = reply_line(line)?;
            let (begun, mut lines) = match self.begun.take() {
                Some((begun, lines)) => (begun, lines + "\n"),
                None => (code, String::new()),
            };
            if begun != code {
                return Err(ReplyError::Because("the lines of one reply have different codes"));
            }
            lines += &text;
            if lines.len() > LONGEST_REPLY {
                return Err(TOO_LONG);
            }
            if last {
                return Ok(Some(Reply::read(code, lines)));
            }
            self.begun = Some((code, lines));
        }
    }
}

const TOO_LONG: ReplyError = ReplyError::Because("a reply is too long");

/// `250 text` or `250-text`: the code, whether it is the last line, and the text.
fn reply_line(line: &[u8]) -> Result<(u16, bool, String), ReplyError> {
    const NO_CODE: ReplyError = ReplyError::Because("a line does not begin with a code");
    let (code, rest) = line.split_at_checked(3).ok_or(NO_CODE)?;
    let code = match code {
        [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9'] => {
            code.iter().fold(0, |code, digit| 10 * code + u16::from(digit - b'0'))
        }
        _ => return Err(NO_CODE),
    };
    let (last, text) = match rest {
        [] => (true, rest),
        [b' ', text @ ..] => (true, text),
        [b'-', text @ ..] => (false, text),
        _ => return Err(NO_CODE),
    };
    // What a server says may end up in a terminal.
    let text = String::from_utf8_lossy(text)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Ok((code, last, text))
}

/// Writes a text as it goes over the wire: with CRLF at the end of each line, however it ended, and
/// with a second dot before each line that begins with one (RFC 5321, 4.5.2). The last line ends,
/// too; the final dot is not added. Returns how many dots were.
pub fn dot_stuff(text: &[u8], out: &mut Vec<u8>) -> usize {
    let mut rest = text;
    let mut dots = 0;
    while !rest.is_empty() {
        let (line, after) = match memchr2(b'\r', b'\n', rest) {
            Some(end) if rest[end..].starts_with(b"\r\n") => (&rest[..end], &rest[end + 2..]),
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, &rest[..0]),
        };
        if line.first() == Some(&b'.') {
            out.push(b'.');
            dots += 1;
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
        rest = after;
    }
    dots
}
