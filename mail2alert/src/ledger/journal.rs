//! The ledger's file. It may be cut off at any byte by a crash, and is still read.
//!
//! ```text
//! mail2alert ledger 1
//! 27edcd6d {"at":1511222400,"sent":{"message":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","to":"team-a@example.com"}}
//! ac850ee6 {"at":1511222401,"ended":{"stage":{"pipeline":"p1","stage":"s"},"run":[2,1],"ending":"failed"}}
//! ```
//!
//! The first line says what it is. Each further line is a record: the CRC-32 of what follows the space, in hexadecimal
//! digits, and the record in JSON. A record is added by appending its line, and counts when the file has been flushed to
//! the disk. A line whose checksum is wrong is left out: after a crash that can be the last one. When the file has become
//! much longer than what is worth keeping, a new one is written beside it and renamed, which happens whole or not at all.
use super::super::gocd::Ended;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

const HEADER: &str = "mail2alert ledger 1";

/// Something to remember.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When, in seconds since 1970.
    pub at: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What to remember.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// The mail server has taken this message for this recipient.
    Sent {
        /// The digest of the message.
        message: Digest,
        /// The recipient's address.
        to: String,
    },
    /// The message was acknowledged, and another one with the same bytes would be a new one.
    Forget {
        /// The digest of the message.
        message: Digest,
    },
    /// A run of a stage ended, and that was acknowledged.
    Ended(Ended),
}

/// A digest of a message: SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Digest, &'static str> {
        const ERROR: &str = "a digest has 64 hexadecimal digits";
        if text.len() != 64 || !text.is_ascii() {
            return Err(ERROR);
        }
        let mut digest = [0; 32];
        for (byte, place) in digest.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[place..place + 2], 16).map_err(|_| ERROR)?;
        }
        Ok(Digest(digest))
    }
}

/// The file, open for appending, and nobody else's as long as this lives.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    lines: usize,
    _lock: File,
}

/// What was in the file when it was opened.
#[derive(Debug, PartialEq, Eq)]
pub struct Contents {
    /// The records, in order.
    pub records: Vec<Record>,
    /// How many lines were damaged, and left out.
    pub damaged: usize,
}

impl Journal {
    /// Opens a journal, or makes an empty one.
    ///
    /// # Errors
    /// If the file cannot be read or written, is something else, or is used by another process.
    pub fn open(path: &Path) -> io::Result<(Journal, Contents)> {
        let lock = lock(path)?;
        let contents = match std::fs::read(path) {
            Ok(bytes) => read(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let (contents, is_whole) = match contents {
            Some(contents) => {
                let is_whole = contents.damaged == 0;
                (contents, is_whole)
            }
            None => (Contents { records: vec![], damaged: 0 }, false),
        };
        // Nothing may be appended to half a line, and a new file must begin with its first.
        let file =
            if is_whole { open_to_append(path)? } else { write_anew(path, &contents.records)? };
        let lines = contents.records.len();
        Ok((Journal { path: path.to_owned(), file, lines, _lock: lock }, contents))
    }

    /// Appends records. When this returns they are on the disk.
    ///
    /// # Errors
    /// If they cannot be written. Then nobody knows how many of them were, and only [`replace`](Journal::replace) may
    /// follow.
    pub fn append(&mut self, records: &[Record]) -> io::Result<()> {
        let text: String = records.iter().map(line).collect();
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.lines += records.len();
        Ok(())
    }

    /// Replaces all that is in the file, at once. When this returns it is on the disk.
    ///
    /// # Errors
    /// If the new file cannot be written. Then the old one is still there.
    pub fn replace(&mut self, records: &[Record]) -> io::Result<()> {
        self.file = write_anew(&self.path, records)?;
        self.lines = records.len();
        Ok(())
    }

    /// From now on the file can only be read, until it is replaced.
    #[cfg(test)]
    pub(super) fn break_for_a_test(&mut self) {
        self.file = File::open(&self.path).expect("the file");
    }

    /// How many records are in the file, those that no longer count included.
    pub fn lines(&self) -> usize {
        self.lines
    }
}

/// The lock is a file of its own, since the journal itself is replaced by others of its name.
fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).append(true).open(beside(path, ".lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(io::Error::new(io::ErrorKind::ResourceBusy, "another mail2alert uses it"))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn open_to_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).open(path)
}

fn write_anew(path: &Path, records: &[Record]) -> io::Result<File> {
    let (new, mut text) = (beside(path, ".new"), format!("{HEADER}\n"));
    text.extend(records.iter().map(line));
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    // The name is on the disk when the folder is.
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    open_to_append(path)
}

fn line(record: &Record) -> String {
    let json = serde_json::to_string(record).expect("a record has nothing that JSON cannot say");
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()))
}

/// `None` for a file that is empty, as after `touch`.
fn read(bytes: &[u8]) -> io::Result<Option<Contents>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let Some(lines) =
        bytes.strip_prefix(HEADER.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"))
    else {
        let error = "it is something else than the ledger of this version of mail2alert; choose another file, or move it away";
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    };
    let mut contents = Contents { records: vec![], damaged: 0 };
    for line in lines.split_inclusive(|&byte| byte == b'\n') {
        match parse(line) {
            Some(record) => contents.records.push(record),
            None => contents.damaged += 1,
        }
    }
    Ok(Some(contents))
}

fn parse(line: &[u8]) -> Option<Record> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (checksum, json) = line.split_once(' ')?;
    let is_intact = checksum.len() == 8
        && u32::from_str_radix(checksum, 16) == Ok(crc32fast::hash(json.as_bytes()));
    if is_intact { serde_json::from_str(json).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::super::gocd::{Ending, Run, Stage};
    use super::*;

    fn records() -> Vec<Record> {
        let message = Digest([0xa5; 32]);
        let stage = Stage { pipeline: "p \"ö\n".into(), stage: "s".into() };
        let ended = Ended { stage, run: Some(Run(2, 1)), ending: Ending::Failed };
        vec![
            Record { at: 1, what: What::Sent { message, to: "\"a b\"@example.com".into() } },
            Record { at: 2, what: What::Ended(ended) },
            Record { at: 3, what: What::Forget { message } },
        ]
    }

    fn written(records: &[Record]) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger");
        let (mut journal, contents) = Journal::open(&path).expect("a new journal");
        assert_eq!(contents, Contents { records: vec![], damaged: 0 });
        records.iter().for_each(|record| {
            journal.append(std::slice::from_ref(record)).expect("it is written")
        });
        std::fs::read(path).expect("the file")
    }

    /// What is read from these bytes, and once more after one record has been appended.
    fn reopened(bytes: &[u8]) -> (Contents, Contents) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger");
        std::fs::write(&path, bytes).expect("the file");
        let (mut journal, first) = Journal::open(&path).expect("it opens");
        journal.append(&records()[..1]).expect("it is written");
        drop(journal);
        (first, Journal::open(&path).expect("it opens again").1)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let bytes = written(&records());
        let text = String::from_utf8(bytes.clone()).expect("text");
        let format = format!(
            "mail2alert ledger 1\n{:08x} {}\n",
            0x9922_397d_u32,
            r#"{"at":1,"sent":{"message":"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5","to":"\"a b\"@example.com"}}"#
        );
        assert!(text.starts_with(&format), "the format has changed, so its number must:\n{text}");
        let (first, second) = reopened(&bytes);
        assert_eq!(first, Contents { records: records(), damaged: 0 });
        assert_eq!(second.records, [records(), records()[..1].to_vec()].concat());
    }

    #[test]
    fn the_format_is_the_one_that_is_documented() {
        let source = include_str!("journal.rs");
        let example = source.lines().skip_while(|line| *line != "//! ```text").skip(1).take(3);
        let example: String =
            example.map(|line| line.trim_start_matches("//! ").to_owned() + "\n").collect();
        let contents = read(example.as_bytes()).expect("a journal").expect("it is not empty");
        assert_eq!((contents.records.len(), contents.damaged), (2, 0));
    }

    #[test]
    fn a_file_that_was_cut_off_anywhere_has_all_records_before_the_cut() {
        let bytes = written(&records());
        for cut in HEADER.len() + 1..bytes.len() {
            let whole_lines = bytes[..cut].iter().filter(|&&byte| byte == b'\n').count() - 1;
            let (first, second) = reopened(&bytes[..cut]);
            assert_eq!(first.records, records()[..whole_lines], "cut at {cut}");
            assert_eq!(first.damaged, usize::from(!bytes[..cut].ends_with(b"\n")), "cut at {cut}");
            let and_one = [&records()[..whole_lines], &records()[..1]].concat();
            assert_eq!(
                second,
                Contents { records: and_one, damaged: 0 },
                "cut at {cut}, after what was appended"
            );
        }
    }

    #[test]
    fn a_changed_byte_never_makes_another_record() {
        let bytes = written(&records());
        for place in HEADER.len() + 1..bytes.len() {
            for change in [1, 0x20, 0x80] {
                let mut bytes = bytes.clone();
                bytes[place] ^= change;
                let (first, _) = reopened(&bytes);
                let intact = first.records.iter().all(|record| records().contains(record));
                // In a checksum, a capital letter means the same.
                assert!(
                    intact && first.records.len() + 2 >= records().len(),
                    "byte {place}: {first:?}"
                );
                assert!(
                    first.damaged > 0 || first.records == records(),
                    "byte {place} went unnoticed"
                );
            }
        }
    }

    #[test]
    fn a_file_that_is_something_else_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger");
        for other in ["precious\n", "mail2alert ledger 2\n", "mail2alert ledger 1"] {
            std::fs::write(&path, other).expect("the file");
            let error = Journal::open(&path).expect_err(other);
            assert!(error.to_string().contains("something else"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).expect("the file"), other);
        }
        std::fs::write(&path, "").expect("the file");
        Journal::open(&path).expect("an empty file is nobody's");
    }

    #[test]
    fn a_journal_has_one_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger");
        let owner = Journal::open(&path).expect("it opens");
        assert_eq!(
            Journal::open(&path).expect_err("twice").to_string(),
            "another mail2alert uses it"
        );
        drop(owner);
        Journal::open(&path).expect("it opens again");
    }

    #[test]
    fn replacing_is_whole_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger");
        let (mut journal, _) = Journal::open(&path).expect("it opens");
        journal.append(&records()).expect("it is written");
        journal.replace(&records()[1..2]).expect("it is replaced");
        journal.append(&records()[2..]).expect("it is written");
        assert_eq!(journal.lines(), 2);
        drop(journal);
        assert_eq!(Journal::open(&path).expect("it opens").1.records, records()[1..]);
        let mut names: Vec<_> = folder
            .path()
            .read_dir()
            .expect("a folder")
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["ledger", "ledger.lock"]);
    }
}
