//! Framing: bytes in, frames out. A frame is a command line, or a whole message.
//!
//! Where a line ends, and where a message ends, is decided here and nowhere else, and in one way
//! only: at CRLF, and at CRLF `.` CRLF (RFC 5321, 2.3.8 and 4.1.1.4). The codec keeps no more than
//! its limits allow, whatever comes: what is too long is thrown away as it comes, and becomes one
//! frame that says so when it ends. So a session stays in step.
use super::super::{
    budget::{Budget, Reservation},
    limits::{BareNewlines, Limits},
    reply::Reply,
};
use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;
use std::{io, mem};
use tokio_util::codec::{Decoder, Encoder};

/// What a client can send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A line, without its CRLF.
    Line(Bytes),
    /// A line that was too long. Nothing of it has been kept.
    LongLine,
    /// A line with CR or LF on their own. What follows cannot be trusted to be what it seems.
    BareNewline,
    /// A message, without the dots that were added to it, and with CRLF at the end of each line; or
    /// why it was not kept.
    Message(Result<Bytes, MessageError>),
}

/// Why a message was not kept. What came first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageError {
    /// A line is longer than [`Limits::text_line`].
    LongLine,
    /// It is larger than [`Limits::message`].
    TooLarge,
    /// There are CR or LF on their own.
    BareNewline,
    /// [`Limits::memory`] is used up.
    OutOfMemory,
}

/// The receiving side's codec: reads frames, writes replies.
#[derive(Debug)]
pub struct ServerCodec {
    /// The longest command: see [`Limits::command_line`].
    command_line: usize,
    /// The longest line of a message: see [`Limits::text_line`].
    text_line: usize,
    /// The largest message: see [`Limits::message`].
    message: usize,
    /// What becomes of CR or LF on their own in a message.
    bare_newlines: BareNewlines,
    /// Where the memory for messages comes from.
    budget: Budget,
    /// A line is a command or text, and only what came before it says which.
    mode: Mode,
}

#[derive(Debug)]
enum Mode {
    Commands(Option<Skipping>),
    Message(Incoming),
}

/// A line that is too long already; its end is still to come.
#[derive(Debug, Default)]
struct Skipping {
    /// There was CR on its own in it.
    bare_cr: bool,
}

/// A message of which the end is still to come.
#[derive(Debug)]
struct Incoming {
    /// The text so far, without added dots and with CRLF at the end of each line.
    body: Vec<u8>,
    /// For what `body` has allocated.
    memory: Reservation,
    /// If it is lost already, why; then nothing more is kept of it.
    refusal: Option<MessageError>,
    /// The last line ended with CRLF. Only then can a dot be the end, and only then has a dot been
    /// added to it.
    after_crlf: bool,
    /// The beginning of the current line has been thrown away, since it was too long.
    in_long_line: bool,
}

impl ServerCodec {
    /// A codec that expects commands.
    pub fn new(limits: &Limits, budget: Budget) -> ServerCodec {
        ServerCodec {
            command_line: limits.command_line,
            text_line: limits.text_line,
            message: limits.message,
            bare_newlines: limits.bare_newlines,
            budget,
            mode: Mode::Commands(None),
        }
    }

    /// To be called when the 354 is sent: what comes next is a message.
    pub fn expect_message(&mut self) {
        self.mode = Mode::Message(Incoming {
            body: vec![],
            memory: self.budget.reservation(),
            refusal: None,
            after_crlf: true,
            in_long_line: false,
        });
    }

    /// Whether a message has begun and not ended.
    pub fn in_message(&self) -> bool {
        matches!(self.mode, Mode::Message(_))
    }

    fn command(&mut self, source: &mut BytesMut) -> Option<Frame> {
        let Mode::Commands(skipping) = &mut self.mode else { return None };
        let Some(end) = memchr(b'\n', source) else {
            if skipping.is_some() || source.len() >= self.command_line {
                skipping.get_or_insert_default().bare_cr |= throw_away(source);
            }
            return None;
        };
        let line = source.split_to(end + 1).freeze();
        let skipped = skipping.take();
        let too_long = skipped.is_some() || line.len() > self.command_line;
        let bare_cr = skipped.is_some_and(|skipping| skipping.bare_cr);
        match line.strip_suffix(b"\r\n") {
            Some(text) if bare_cr || memchr(b'\r', text).is_some() => Some(Frame::BareNewline),
            Some(_) if too_long => Some(Frame::LongLine),
            Some(text) => Some(Frame::Line(line.slice_ref(text))),
            None => Some(Frame::BareNewline),
        }
    }

    fn message(&mut self, source: &mut BytesMut) -> Option<Frame> {
        let Mode::Message(incoming) = &mut self.mode else { return None };
        while let Some(end) = memchr(b'\n', source) {
            let line = &source[..=end];
            if line == b".\r\n" && incoming.after_crlf && !incoming.in_long_line {
                source.advance(end + 1);
                return Some(self.end_of_message());
            }
            incoming.line(line, self.text_line, self.message, self.bare_newlines);
            source.advance(end + 1);
        }
        // The end of a line may be far away. One byte more is allowed for a dot that was added: RFC
        // 5321, 4.5.3.1.6.
        if incoming.in_long_line || source.len() > self.text_line {
            incoming.refuse(MessageError::LongLine);
            incoming.in_long_line = true;
            throw_away(source);
        }
        None
    }

    fn end_of_message(&mut self) -> Frame {
        match mem::replace(&mut self.mode, Mode::Commands(None)) {
            Mode::Message(Incoming { refusal: Some(refusal), .. }) => Frame::Message(Err(refusal)),
            Mode::Message(Incoming { body, memory, .. }) => {
                Frame::Message(Ok(memory.keep_for(body)))
            }
            Mode::Commands(_) => unreachable!("only a message can end"),
        }
    }
}

impl Incoming {
    /// Takes a line, with the LF at its end.
    fn line(
        &mut self,
        line: &[u8],
        longest_line: usize,
        largest: usize,
        bare_newlines: BareNewlines,
    ) {
        let (end, ends_with_crlf) = if line.ends_with(b"\r\n") { (2, true) } else { (1, false) };
        let begins_here =
            !self.in_long_line && (self.after_crlf || bare_newlines == BareNewlines::Normalise);
        let line = match line {
            // A dot alone that is not the end was not added to anything.
            [b'.', rest @ ..] if begins_here && rest.len() > end => rest,
            line => line,
        };
        if line.len() > longest_line {
            self.refuse(MessageError::LongLine);
        }
        let text = &line[..line.len() - end];
        let bare = !ends_with_crlf || memchr(b'\r', text).is_some();
        if bare && bare_newlines == BareNewlines::Refuse {
            self.refuse(MessageError::BareNewline);
        }
        if self.refusal.is_none() {
            if bare { self.append_normalised(text, largest) } else { self.append(line, largest) }
        }
        (self.after_crlf, self.in_long_line) = (ends_with_crlf, false);
    }

    /// Each CR on its own becomes CRLF, and so does the end of the line.
    fn append_normalised(&mut self, text: &[u8], largest: usize) {
        for part in text.split(|byte| *byte == b'\r') {
            self.append(part, largest);
            self.append(b"\r\n", largest);
        }
    }

    fn append(&mut self, bytes: &[u8], largest: usize) {
        if self.refusal.is_some() {
            return;
        }
        let needed = self.body.len() + bytes.len();
        if needed > largest {
            return self.refuse(MessageError::TooLarge);
        }
        if needed > self.body.capacity() {
            // What is allocated counts, not what is filled; and while it grows, the old and the new
            // one may both exist.
            let old = self.body.capacity();
            let new = needed.max(2 * old).max(1024).min(largest);
            if !self.memory.grow(new) {
                return self.refuse(MessageError::OutOfMemory);
            }
            self.body.reserve_exact(new - self.body.len());
            self.memory.shrink(old);
        }
        self.body.extend_from_slice(bytes);
    }

    /// The message is lost, and its memory is given back at once, not when its end has come.
    fn refuse(&mut self, refusal: MessageError) {
        if self.refusal.is_none() {
            self.refusal = Some(refusal);
            self.body = vec![];
            self.memory.clear();
        }
    }
}

/// Forgets what has come of a line that is too long; all but a CR at its end, of which one cannot
/// say yet whether it is on its own. Returns whether there was one that is.
fn throw_away(line: &mut BytesMut) -> bool {
    let kept = usize::from(line.ends_with(b"\r"));
    let gone = line.len() - kept;
    let bare_cr = memchr(b'\r', &line[..gone]).is_some();
    line.advance(gone);
    bare_cr
}

impl Decoder for ServerCodec {
    type Item = Frame;
    type Error = io::Error;

    fn decode(&mut self, source: &mut BytesMut) -> io::Result<Option<Frame>> {
        Ok(if self.in_message() { self.message(source) } else { self.command(source) })
    }

    /// What is left when the connection ends is not a frame, and no message: RFC 5321, 4.1.1.4.
    fn decode_eof(&mut self, source: &mut BytesMut) -> io::Result<Option<Frame>> {
        self.decode(source)
    }
}

impl Encoder<&Reply> for ServerCodec {
    type Error = io::Error;

    fn encode(&mut self, reply: &Reply, destination: &mut BytesMut) -> io::Result<()> {
        reply.write_to(destination).map_err(io::Error::other)
    }
}
