//! The journal: what became of whom, so that one can go on where a run ended.
//!
//! One line for each step, appended and never changed:
//!
//! ```text
//! campaign journal 1
//! take 17 ann@example.org          from now on it is in flight
//! again 17 1 451 try later         refused for now, at the first attempt: it waits
//! retry 17                         in flight again
//! sent 17                          or refused, gave-up, in-doubt, with the reason
//! ```
//!
//! **What its reader knows.** Recipients are taken in the order of the list. So the last `take`
//! says how far the list was read, everybody up to there has an end, and the few who have none are
//! found by remembering who was taken and forgetting who ended: memory for as many as were open at
//! once, however long the list. Who is open and does not wait was in flight when the run ended: the
//! server may or may not have that mail.
//!
//! **What is durable.** A step is handed to the operating system before anything is built on it:
//! the `take` before a byte of the mail is sent, the end before anything else is waited for. So it
//! survives the end of the program, however sudden. A power failure also takes what the system has
//! not yet written to the disk; [`Journal::sync`] waits for that, at the end of a run. A last line
//! that is not whole was never acted upon, and is cut off.
use super::recipients::Recipient;
use crate::smtp::Address;
use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Read, Seek, Write},
    path::{Path, PathBuf},
};

const HEADER: &str = "campaign journal 1";

/// What happened to the recipient of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// TakenRecipients from the list, with this address, and in flight.
    Take(u64, &'a str),
    /// In flight again.
    Retry(u64),
    /// Not sent for now, after so many attempts, and why; it waits.
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

/// How somebody stands who was taken from the list and has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// In flight when the run ended, after so many attempts that had failed.
    InFlight(u32),
    /// Certainly not sent yet, after so many attempts.
    Waiting(u32),
}

/// What a journal says of the runs before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of the recipient who was taken last; 0 if nobody was.
    pub taken_up_to: u64,
    /// Who was taken and has no end, by number.
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
            // Also one that waits can wait anew: a run that goes on says so of those whom it found
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

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read or written.
    #[error("cannot use the journal {path}: {1}", path = .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// Another run writes to it now.
    #[error("the journal {} is in use by another run", .0.display())]
    InUse(PathBuf),
    /// It is some other file; it has not been touched.
    #[error("{} is there already, and is no journal", .0.display())]
    NoJournal(PathBuf),
    /// This line of it, from 1 on, is none that a campaign writes there.
    #[error("the journal {path} is damaged: line {1} cannot follow those before it", path = .0.display())]
    Damaged(PathBuf, u64),
}

/// A journal that is open for appending, and locked against other runs for as long.
pub struct Journal {
    path: PathBuf,
    file: File,
    /// How many bytes of it are whole lines.
    length: u64,
    /// Nothing can be added any more: what follows would be taken for the rest of a torn line.
    torn: bool,
}

impl Journal {
    /// Opens a journal, or begins one, and says what it tells of the runs before.
    ///
    /// # Errors
    /// If it cannot be read or written, if another run has it open, and if it is none or is
    /// damaged.
    pub fn open(path: &Path) -> Result<(Journal, Progress), JournalError> {
        let broken = |error| JournalError::Io(path.to_owned(), error);
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).open(path).map_err(broken)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(broken(error)),
        }
        let (progress, whole) = read(path, &mut file)?;
        file.set_len(whole).map_err(broken)?;
        let mut journal = Journal { path: path.to_owned(), file, length: whole, torn: false };
        if whole == 0 {
            journal.append(HEADER).map_err(broken)?;
        }
        Ok((journal, progress))
    }

    /// Notes a step. When this returns, the operating system has it.
    ///
    /// # Errors
    /// If it does not take all of it. Then nothing more can be noted, and nothing must be built on
    /// this step.
    pub fn note(&mut self, step: Record<'_>) -> io::Result<()> {
        self.append(&step.to_string())
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        if self.torn {
            return Err(io::Error::other("its last line is torn"));
        }
        let line = format!("{line}\n");
        let written = self.file.write_all(line.as_bytes());
        if written.is_ok() {
            self.length += line.len() as u64;
        } else {
            // If this works, the journal is whole again. If not, the next run cuts off what is
            // torn.
            self.torn = self.file.set_len(self.length).is_err();
        }
        written
    }

    /// Waits until the disk has what has been noted. This takes milliseconds, and blocks the
    /// thread.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// All who were taken so far, in order, with their addresses.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn taken(&self) -> io::Result<TakenRecipients> {
        Ok(TakenRecipients { lines: BufReader::new(File::open(&self.path)?) })
    }
}

/// The records of a journal, and how many bytes of it are whole lines.
fn read(path: &Path, file: &mut File) -> Result<(Progress, u64), JournalError> {
    let broken = |error| JournalError::Io(path.to_owned(), error);
    let mut reader = BufReader::new(file);
    reader.rewind().map_err(broken)?;
    let (mut progress, mut whole, mut number, mut line) = (Progress::default(), 0, 0, vec![]);
    loop {
        line.clear();
        // What is longer than any line that is written here is no line of a journal.
        let length = (&mut reader).take(8192).read_until(b'\n', &mut line).map_err(broken)? as u64;
        number += 1;
        if line.pop_if(|last| *last == b'\n').is_none() {
            // The end, which may be torn; but a file that only begins with something else is not
            // ours to cut.
            return match whole {
                0 if !HEADER.as_bytes().starts_with(&line) => {
                    Err(JournalError::NoJournal(path.to_owned()))
                }
                _ if length == 8192 => Err(JournalError::Damaged(path.to_owned(), number)),
                _ => Ok((progress, whole)),
            };
        }
        whole += length;
        let text = std::str::from_utf8(&line).ok();
        let fits = match (number, text) {
            (1, text) if text != Some(HEADER) => {
                return Err(JournalError::NoJournal(path.to_owned()));
            }
            (1, _) => true,
            (_, text) => text.and_then(Record::parse).is_some_and(|step| progress.add(step)),
        };
        if !fits {
            return Err(JournalError::Damaged(path.to_owned(), number));
        }
    }
}

/// See [`Journal::taken`].
pub struct TakenRecipients {
    lines: BufReader<File>,
}

impl Iterator for TakenRecipients {
    type Item = io::Result<Recipient>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = String::new();
        loop {
            line.clear();
            match self.lines.read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
            if let Some(Record::Take(number, address)) = Record::parse(line.trim_end_matches('\n'))
            {
                let address = Address::new(address).map_err(io::Error::other);
                return Some(address.map(|address| Recipient { number, address }));
            }
        }
    }
}
