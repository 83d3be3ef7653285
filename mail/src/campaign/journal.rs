//! The campaign's journal: what became of each recipient, so that the next run can go on where this
//! one ended.
//!
//! One record for each step, in a file of [`crate::journal`]'s format:
//!
//! ```text
//! campaign journal 2
//! 1c0b2f4e take 17 ann@example.org     from now on it is in flight
//! 5d7e9a01 again 17 1 451 try later    refused for now, at the first attempt: it waits
//! 0f3c6b8d retry 17                    in flight again
//! e2a4c6f9 sent 17                     or refused, gave-up, in-doubt, with the reason
//! ```
//!
//! **What its reader knows.** Recipients are taken in the order of the list. So the last `take`
//! says how far the list was read, and every recipient up to there has an end, but for a few. Those
//! are found by remembering each recipient that was taken and forgetting it when it ends, which
//! takes memory for as many as were unfinished at once, however long the list is. A recipient that
//! is unfinished and does not wait was in flight when the run ended: the server may or may not have
//! that mail.
//!
//! **What is durable.** The operating system has a record before anything is built on it: the
//! `take` before a byte of the mail is sent, the end before anything else is waited for. So it
//! survives the end of the program, however sudden. The disk has it at the end of a run
//! ([`SyncPolicy::AtTheEnd`]): a power failure in the middle may take the last seconds, and their
//! mails may be sent again.
use super::recipients::Recipient;
pub use crate::journal::JournalError;
use crate::{
    journal::{self, SyncPolicy},
    smtp::Address,
};
use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    io,
    path::Path,
};

const TITLE: &str = "campaign journal 2";

/// What happened to the recipient of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// Taken from the list, with this address, and in flight.
    Take(u64, &'a str),
    /// In flight again.
    Retry(u64),
    /// Not sent for now: after how many attempts, and why; it waits.
    Again(u64, u32, &'a str),
    /// The server has it.
    Sent(u64),
    /// The server does not want it.
    Refused(u64, &'a str),
    /// Not sent, after too many attempts.
    GaveUp(u64, &'a str),
    /// The server may have it.
    InDoubt(u64, &'a str),
}

impl<'a> Record<'a> {
    fn parse(line: &'a str) -> Option<Record<'a>> {
        let (word, rest) = line.split_once(' ')?;
        let (number, text) = match rest.split_once(' ') {
            Some((number, text)) => (number, Some(text)),
            None => (rest, None),
        };
        let number = number.parse().ok()?;
        Some(match (word, text) {
            ("take", Some(address)) => Record::Take(number, address),
            ("retry", None) => Record::Retry(number),
            ("again", Some(text)) => {
                let (attempts, why) = text.split_once(' ')?;
                Record::Again(number, attempts.parse().ok()?, why)
            }
            ("sent", None) => Record::Sent(number),
            ("refused", Some(why)) => Record::Refused(number, why),
            ("gave-up", Some(why)) => Record::GaveUp(number, why),
            ("in-doubt", Some(why)) => Record::InDoubt(number, why),
            _ => return None,
        })
    }
}

impl Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Record::Take(number, address) => write!(f, "take {number} {}", one_line(address)),
            Record::Retry(number) => write!(f, "retry {number}"),
            Record::Again(number, attempts, why) => {
                write!(f, "again {number} {attempts} {}", one_line(why))
            }
            Record::Sent(number) => write!(f, "sent {number}"),
            Record::Refused(number, why) => write!(f, "refused {number} {}", one_line(why)),
            Record::GaveUp(number, why) => write!(f, "gave-up {number} {}", one_line(why)),
            Record::InDoubt(number, why) => write!(f, "in-doubt {number} {}", one_line(why)),
        }
    }
}

/// A reason comes from a server, which may have put anything into it. In a file of lines it is a
/// line, and a short one.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

/// The state of a recipient that was taken from the list and has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// In flight when the run ended, and how many attempts had failed before.
    InFlight(u32),
    /// Certainly not sent yet, and how many attempts there were.
    Waiting(u32),
}

/// What a journal says of the runs before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of the recipient that was taken last; 0 if none was.
    pub taken_up_to: u64,
    /// The recipients that were taken and have no end, by number.
    pub open: BTreeMap<u64, Unfinished>,
    /// How many the server has.
    pub sent: u64,
    /// How many the server does not want.
    pub refused: u64,
    /// For how many too many attempts had failed.
    pub gave_up: u64,
    /// How many the server may have.
    pub in_doubt: u64,
}

impl Progress {
    /// Adds a step; says whether it can be one that follows those before.
    fn add(&mut self, step: Record<'_>) -> bool {
        let ended = match step {
            Record::Take(number, _) => {
                let next = number > self.taken_up_to;
                self.taken_up_to = number;
                return next && self.open.insert(number, Unfinished::InFlight(0)).is_none();
            }
            Record::Retry(number) => {
                let Some(Unfinished::Waiting(attempts)) = self.open.get(&number).copied() else {
                    return false;
                };
                self.open.insert(number, Unfinished::InFlight(attempts));
                return true;
            }
            // Also one that waits can wait anew: a run that goes on says so of those that it found
            // in flight.
            Record::Again(number, attempts, _) => {
                return self.open.insert(number, Unfinished::Waiting(attempts)).is_some();
            }
            Record::Sent(number) => {
                self.sent += 1;
                number
            }
            Record::Refused(number, _) => {
                self.refused += 1;
                number
            }
            Record::GaveUp(number, _) => {
                self.gave_up += 1;
                number
            }
            Record::InDoubt(number, _) => {
                self.in_doubt += 1;
                number
            }
        };
        self.open.remove(&ended).is_some()
    }
}

/// The journal of a campaign, open for appending and locked against other runs for as long.
pub struct CampaignJournal {
    /// The file, its lock, and its rules for damage.
    journal: journal::JournalFile,
}

impl CampaignJournal {
    /// Opens a journal, or begins one, and says what it tells of the runs before.
    ///
    /// # Errors
    /// If it cannot be read or written; if it is not a plain file, is something else or is damaged;
    /// or if another run has it open.
    pub fn open(path: &Path) -> Result<(CampaignJournal, Progress), JournalError> {
        let mut progress = Progress::default();
        // Not a single record can be missed: a recipient whose `sent` is lost would get a second
        // mail.
        let journal = journal::JournalFile::open(path, TITLE, SyncPolicy::AtTheEnd, |record| {
            match record.ok().and_then(Record::parse) {
                Some(record) => progress.add(record),
                None => false,
            }
        })?;
        Ok((CampaignJournal { journal }, progress))
    }

    /// Notes a step. When this returns, the operating system has it.
    ///
    /// # Errors
    /// If it does not take all of it. Then nothing must be built on this step.
    pub fn note(&mut self, record: Record<'_>) -> io::Result<()> {
        self.note_all(&[record])
    }

    /// Notes several steps: all of them, or none.
    ///
    /// # Errors
    /// As for [`note`](CampaignJournal::note).
    pub fn note_all(&mut self, records: &[Record<'_>]) -> io::Result<()> {
        let mut texts = Vec::with_capacity(records.len());
        for record in records {
            texts.push(record.to_string());
        }
        self.journal.append(&texts)
    }

    /// Waits until the disk has what has been noted. This takes milliseconds, and blocks the
    /// thread.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn sync(&self) -> io::Result<()> {
        self.journal.sync()
    }

    /// All recipients that were taken so far, in order, with their addresses.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn taken(&mut self) -> io::Result<TakenRecipients<'_>> {
        Ok(TakenRecipients { records: self.journal.read_again()? })
    }
}

/// See [`CampaignJournal::taken`].
pub struct TakenRecipients<'a> {
    /// Read one by one: a campaign may have millions of them.
    records: journal::Records<'a>,
}

impl Iterator for TakenRecipients<'_> {
    type Item = io::Result<Recipient>;

    fn next(&mut self) -> Option<io::Result<Recipient>> {
        loop {
            let record = match self.records.next()? {
                Ok(record) => record,
                Err(error) => return Some(Err(error)),
            };
            if let Some(Record::Take(number, address)) = Record::parse(&record) {
                let address = Address::new(address).map_err(io::Error::other);
                return Some(address.map(|address| Recipient { number, address }));
            }
        }
    }
}
