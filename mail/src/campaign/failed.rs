//! Who did not get the mail, as a list that can be sent to again.
use super::{Recipient, RecipientOutcome, journal::one_line};
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// A file of recipients, each below a comment with the reason. It is a list in the format of
/// [`RecipientFile`](super::RecipientFile), so what is in it can be looked through and sent to
/// again.
pub struct FailedList {
    file: File,
}

impl FailedList {
    /// Begins a list in place of what is in the file, or goes on with it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn open(path: &Path, resume: bool) -> io::Result<FailedList> {
        let file = OpenOptions::new()
            .create(true)
            .append(resume)
            .write(true)
            .truncate(!resume)
            .open(path)?;
        Ok(FailedList { file })
    }

    /// Adds somebody who did not get the mail, or for whom that is not known.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, recipient: &Recipient, outcome: &RecipientOutcome) -> io::Result<()> {
        if matches!(outcome, RecipientOutcome::Sent) {
            return Ok(());
        }
        let Recipient { number, address } = recipient;
        self.file.write_all(
            format!("# line {number}: {}\n{address}\n", one_line(&outcome.to_string())).as_bytes(),
        )
    }
}
