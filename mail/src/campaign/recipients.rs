//! The recipients of the mail: a list that is read as it is used.
use crate::{files::open_plain_file, smtp::Address};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

/// A recipient, and its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The place in the list, from 1 on; in a file it is the line. Later ones have higher numbers,
    /// which need not be without gaps.
    pub number: u64,
    /// The address.
    pub address: Address,
}

/// What can stand in a list instead of a recipient.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// A line that is no address. The list goes on after it.
    #[error("line {number}: {why}")]
    BadLine {
        /// Which line, from 1 on.
        number: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The list cannot be read any further.
    #[error("the recipients cannot be read any further: {0}")]
    Unreadable(#[source] io::Error),
}

/// In bytes, without the line end. SMTP allows 254 for an address, so a longer line is a mistake,
/// and is not kept in memory.
const LONGEST_LINE: u64 = 1000;

/// A file of recipients, one on each line; blank lines and those that begin with `#` do not count.
///
/// It is an iterator, and has one line in memory. `next` reads from the file, on the thread that
/// calls it and in blocks of 64 KiB: from a disk that is a matter of microseconds, and it is why
/// [`open`](RecipientFile::open) refuses what is no plain file, such as a pipe, which may keep its
/// reader waiting.
pub struct RecipientFile<R = BufReader<File>> {
    /// Has one block of the file in memory.
    reader: R,
    /// The number of the line that was read last.
    number: u64,
    /// After an error, nothing more can be read.
    over: bool,
}

impl RecipientFile {
    /// Opens a list.
    ///
    /// # Errors
    /// If it cannot be opened, or is no plain file.
    pub fn open(path: &Path) -> io::Result<RecipientFile> {
        let file = open_plain_file(path, OpenOptions::new().read(true))?;
        Ok(RecipientFile::from_reader(BufReader::with_capacity(64 * 1024, file)))
    }
}

impl<R: BufRead> RecipientFile<R> {
    /// A list from anywhere. A reader that waits keeps the thread waiting.
    pub fn from_reader(reader: R) -> RecipientFile<R> {
        RecipientFile { reader, number: 0, over: false }
    }

    /// The next line without its end; `None` after the last.
    fn line(&mut self) -> io::Result<Option<Result<String, String>>> {
        let mut line = vec![];
        (&mut self.reader).take(LONGEST_LINE + 2).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        let complete = line.pop_if(|last| *last == b'\n').is_some();
        line.pop_if(|last| *last == b'\r');
        if line.len() as u64 > LONGEST_LINE {
            if !complete {
                self.reader.skip_until(b'\n')?;
            }
            return Ok(Some(Err(format!("it has more than {LONGEST_LINE} bytes"))));
        }
        Ok(Some(String::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())))
    }
}

impl<R: BufRead> Iterator for RecipientFile<R> {
    type Item = Result<Recipient, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            let line = match self.line() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => {
                    self.over = true;
                    return Some(Err(ListError::Unreadable(error)));
                }
            };
            self.number += 1;
            let number = self.number;
            let line = match line {
                Ok(line) => line,
                Err(why) => return Some(Err(ListError::BadLine { number, why })),
            };
            // An editor may have put a byte order mark before the first line.
            let text = if number == 1 { line.trim_start_matches('\u{feff}') } else { &line }.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            return Some(match Address::new(text) {
                Ok(address) => Ok(Recipient { number, address }),
                Err(why) => Err(ListError::BadLine { number, why: format!("{text:?}: {why}") }),
            });
        }
        self.over = true;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<String> {
        let shown = |entry: Result<Recipient, ListError>| match entry {
            Ok(recipient) => format!("{} {}", recipient.number, recipient.address),
            Err(error) => error.to_string(),
        };
        RecipientFile::from_reader(text).map(shown).collect()
    }

    #[test]
    fn a_recipient_is_a_line_and_keeps_its_number() {
        let text = b"ann@example.org\n\n# friends\n  bob@example.org \r\ncy@example.org";
        assert_eq!(read(text), ["1 ann@example.org", "4 bob@example.org", "5 cy@example.org"]);
    }

    #[test]
    fn a_bad_line_is_reported_with_its_number_and_the_list_goes_on() {
        let lines =
            read(b"ann\nbob@example.org\n\xff@example.org\n<cy@example.org>\ndee@example.org\n");
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert!(lines[0].starts_with("line 1: "), "{lines:?}");
        assert_eq!(lines[1], "2 bob@example.org");
        assert_eq!(lines[2], "line 3: it is not UTF-8");
        assert!(lines[3].starts_with("line 4: "), "{lines:?}");
        assert_eq!(lines[4], "5 dee@example.org");
    }

    #[test]
    fn a_line_that_is_too_long_is_one_bad_line_wherever_it_is_cut() {
        for length in [999, 1000, 1001, 1002, 1003, 5000, 200_000] {
            let mut text = "x".repeat(length).into_bytes();
            text.extend_from_slice(b"\r\nbob@example.org\n");
            let lines = read(&text);
            assert_eq!(lines.len(), 2, "{length} bytes: {lines:?}");
            let too_long = lines[0] == "line 1: it has more than 1000 bytes";
            assert_eq!(too_long, length > 1000, "{length} bytes: {}", lines[0]);
            assert_eq!(lines[1], "2 bob@example.org", "after {length} bytes");
        }
    }

    #[test]
    fn a_byte_order_mark_belongs_to_no_address() {
        assert_eq!(read("\u{feff}ann@example.org\n".as_bytes()), ["1 ann@example.org"]);
    }

    #[test]
    fn a_list_that_cannot_be_read_ends_with_the_reason() {
        struct BrokenReader;
        impl Read for BrokenReader {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let text = io::Cursor::new("ann@example.org\n").chain(BrokenReader);
        let entries: Vec<_> = RecipientFile::from_reader(BufReader::new(text)).collect();
        assert_eq!(entries.len(), 2);
        assert!(matches!(&entries[1], Err(ListError::Unreadable(error))
                if error.to_string() == "the disk is gone"));
    }

    #[test]
    fn a_directory_is_no_list() {
        assert!(RecipientFile::open(Path::new(".")).is_err());
    }
}
