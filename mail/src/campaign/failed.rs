//! Recipients that did not get the mail, as a list that can be sent to again.
use super::{Recipient, RecipientOutcome, journal::one_line};
use crate::files::open_plain_file;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// A file of recipients, each below a comment with the reason. It is a list in the format of
/// [`RecipientFile`](super::RecipientFile), so what is in it can be looked through and sent to
/// again.
pub struct FailedList {
    /// Open for reading and writing, and locked: two runs would empty each other's list. It is not
    /// opened with `append`: on Windows a file that was opened so cannot be cut off.
    file: File,
    /// How many bytes of the file are whole entries.
    length: u64,
}

impl FailedList {
    /// Begins a list in place of the one that is in the file, or goes on with it. As long as it is
    /// open, no other process can open it.
    ///
    /// In a list that goes on, a last line without an end is cut off: it is what an interrupted run
    /// was writing, and the beginning of an address may be another address.
    ///
    /// # Errors
    /// If it is not a plain file, or cannot be written; if it has something else in it than such a
    /// list, which is left alone then; or if another process has it open.
    pub fn open(path: &Path, go_on: bool) -> io::Result<FailedList> {
        let mut options = OpenOptions::new();
        options.create(true).read(true).write(true);
        let file = open_plain_file(path, &options)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("it is in use by another process"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if !is_empty_or_a_list(&file)? {
            return Err(io::Error::other("there is something in it that is no list of failures"));
        }
        let length = if go_on { whole_lines(&file)? } else { 0 };
        file.set_len(length)?;
        Ok(FailedList { file, length })
    }

    /// Adds a recipient that did not get the mail, or of which that is not known.
    ///
    /// # Errors
    /// If it cannot be written. Then it is not in the list, nor is a part of it.
    pub fn add(&mut self, recipient: &Recipient, outcome: &RecipientOutcome) -> io::Result<()> {
        if matches!(outcome, RecipientOutcome::Sent) {
            return Ok(());
        }
        let Recipient { number, address } = recipient;
        let entry = format!("{START}{number}: {}\n{address}\n", one_line(&outcome.to_string()));
        if let Err(error) = self.write(entry.as_bytes()) {
            // What was written of it is taken back. If even that fails, the next run cuts it off.
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += entry.len() as u64;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        // To look through the list has moved the position, and a write that failed may have.
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(bytes)
    }
}

/// What a list of failures begins with.
const START: &str = "# line ";

/// Whether nothing else would get lost if the file were emptied.
fn is_empty_or_a_list(file: &File) -> io::Result<bool> {
    let mut start = vec![];
    file.take(START.len() as u64).read_to_end(&mut start)?;
    // An interrupted run may have written only a part of it.
    Ok(START.as_bytes().starts_with(&start))
}

/// How many bytes of a file are lines that end.
fn whole_lines(file: &File) -> io::Result<u64> {
    let mut reader = BufReader::new(file);
    reader.rewind()?;
    let mut whole = 0;
    let mut line = vec![];
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return Ok(whole);
        }
        whole += length as u64;
    }
}
