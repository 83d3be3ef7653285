//! A codec: bytes in, lines out.
use std::{
    error::Error,
    fmt::{self, Display},
};

/// Makes lines of bytes that come in pieces of any length.
///
/// ```
/// use async_concepts::protocol::Lines;
///
/// let mut lines = Lines::up_to(80);
/// lines.push(b"one\r\ntw");
/// assert_eq!(lines.next(), Some(Ok(b"one".to_vec())));
/// assert_eq!(lines.next(), None); // not yet
/// lines.push(b"o\n");
/// assert_eq!(lines.next(), Some(Ok(b"two".to_vec())));
/// ```
///
/// A line ends with a newline, and is given out without the newline and without a carriage return
/// before it. Bytes are kept until they are taken out. After `next` has returned `None`, only the
/// beginning of the next line is kept: at most one byte more than [`Lines::up_to`] allows.
#[derive(Debug)]
pub struct Lines {
    /// What has come and was not taken out. This is emptied while a line is skipped, so the memory
    /// does not grow if a peer never ends its line.
    bytes: Vec<u8>,
    /// How many of `bytes` are known to hold no newline.
    searched: usize,
    /// How long a line may be, in bytes, without what ends it.
    limit: usize,
    /// A line was reported as too long, and its end has not come yet.
    skipping: bool,
}

/// A line is longer than allowed. Each such line gives this error once, when its end comes or
/// before that, and is left out. The line after it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the line is too long")
    }
}

impl Error for TooLong {}

impl Lines {
    /// Lines of at most `limit` bytes, not counting what ends them.
    pub fn up_to(limit: usize) -> Lines {
        Lines { bytes: vec![], searched: 0, limit, skipping: false }
    }

    /// Adds what has come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes out what is left when nothing more will come: a line that was not ended, if it is not
    /// empty. Call it after `next` has returned `None`. The line may then be one byte longer than
    /// allowed.
    pub fn rest(&mut self) -> Option<Vec<u8>> {
        self.searched = 0;
        let rest = std::mem::take(&mut self.bytes);
        let skipped = std::mem::take(&mut self.skipping);
        if rest.is_empty() || skipped { None } else { Some(rest) }
    }

    /// Where the next newline is.
    fn find_newline(&self) -> Option<usize> {
        // Only what is new is searched. Otherwise a line that comes byte by byte would be searched
        // from its beginning with each byte.
        let new = &self.bytes[self.searched..];
        let position = new.iter().position(|byte| *byte == b'\n')?;
        Some(self.searched + position)
    }

    /// Notes that no newline has come yet, and reports the line if it is too long already.
    fn note_no_newline(&mut self) -> Option<TooLong> {
        // One more than the limit, since the last byte may be the carriage return before a newline.
        let too_long = self.bytes.len() > self.limit.saturating_add(1);
        if self.skipping || too_long {
            self.bytes.clear();
        }
        self.searched = self.bytes.len();
        if too_long && !self.skipping {
            self.skipping = true;
            return Some(TooLong);
        }
        None
    }
}

/// Ends for now when there is no whole line; after another [`push`](Lines::push) there may be one.
impl Iterator for Lines {
    type Item = Result<Vec<u8>, TooLong>;

    fn next(&mut self) -> Option<Result<Vec<u8>, TooLong>> {
        loop {
            let Some(newline) = self.find_newline() else {
                return self.note_no_newline().map(Err);
            };
            let mut line: Vec<u8> = self.bytes.drain(..=newline).collect();
            self.searched = 0;
            // The rest of a line that was reported as too long: the line after it counts again.
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            line.pop();
            // Telnet and mail end lines with a carriage return and a newline. A line that ends with
            // a newline alone is read as well.
            line.pop_if(|byte| *byte == b'\r');
            return Some(if line.len() > self.limit { Err(TooLong) } else { Ok(line) });
        }
    }
}
