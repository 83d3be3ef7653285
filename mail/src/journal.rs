//! A journal: a file to which records are appended, and which is still read after a crash at any
//! byte.
//!
//! ```text
//! campaign journal 2
//! 8a1f6b0e take 17 ann@example.org
//! 5e0f7c31 sent 17
//! ```
//!
//! The first line, the *title*, says what it is a journal of, and in which version. Each further
//! line is a record: the CRC-32 of what follows the space, in eight small hexadecimal digits, and
//! the record's text, in which there is no line break. There is one rule for each kind of damage:
//!
//! - *A torn tail*: what stands after the last line break was being written when the program, or
//!   the machine, stopped. Nothing can have been built on it. It is cut off when the journal is
//!   opened, which also works on a full disk, so that the next record does not become its
//!   continuation.
//! - *A damaged line* before that: its checksum is wrong. It is no record. The reader is told, and
//!   decides whether it can do without one.
//! - *A file with another title* belongs to something else. It is not touched.
//! - *A write that fails* is taken back. If that fails, too, nothing more is appended, and the torn
//!   tail is left for the next opening.
//!
//! An open journal is locked: the file itself and not a name for it, so that a link to it is no way
//! around the lock.
use crate::files::{folder_of, open_plain_file, plain_file};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// When the disk has to have what is appended.
///
/// In either case the operating system has it when `append` returns, so it survives the end of the
/// program, however sudden. The difference is what a power failure may take with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Before `append` returns. It takes milliseconds each time, and no power failure takes a
    /// record that was appended.
    EachAppend,
    /// When [`JournalFile::sync`] is called, which the user of the journal does at the end. A power
    /// failure may take the last seconds.
    AtTheEnd,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read or written, or is not a plain file.
    #[error("cannot use the journal {path}: {1}", path = .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// Another process has it open now.
    #[error("the journal {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// It is some other file; it has not been touched.
    #[error("{path} is there already, and does not begin with the line {1:?}",
        path = .0.display())]
    AnotherTitle(PathBuf, &'static str),
    /// This line, counted from 1, is damaged, and the reader cannot do without it.
    #[error("the journal {path} is damaged: line {1} cannot follow those before it",
        path = .0.display())]
    Damaged(PathBuf, u64),
}

/// A line of a journal that is not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DamagedLine {
    /// Which one, counted from 1.
    pub line: u64,
}

/// A journal that is open for appending, and locked against other processes for as long.
#[derive(Debug)]
pub struct JournalFile {
    /// Where it is. No part of it is a symbolic link, so that [`replace`](JournalFile::replace)
    /// replaces the file and not a link to it.
    path: PathBuf,
    /// The first line. It is written together with the first record: a journal that could be opened
    /// on a full disk has not failed yet.
    title: &'static str,
    /// Open for reading and writing, and locked. It is not opened with `append`: on Windows a file
    /// that was opened so cannot be cut off.
    file: File,
    /// When the disk has to have what is appended.
    sync: SyncPolicy,
    /// How many bytes of the file are whole lines.
    length: u64,
    /// How many records have been appended or found, damaged ones included.
    records: usize,
    /// Nothing can be appended any more: it would become the continuation of a torn line.
    torn: bool,
}

/// In bytes. No record that is written here comes near it, so a longer line is damage, and need not
/// be read into memory.
const LONGEST_LINE: u64 = 64 * 1024;

impl JournalFile {
    /// Opens a journal, or begins one, and calls `read` with each record that is in it, in order,
    /// or with the number of a line that is damaged. `read` returns whether the journal can be used
    /// with that.
    ///
    /// This reads the whole file, and blocks while it does.
    ///
    /// # Errors
    /// If it cannot be read or written; if it is not a plain file, or has another title; if another
    /// process has it open; and if `read` returns false, which is [`JournalError::Damaged`].
    pub fn open(
        path: &Path,
        title: &'static str,
        sync: SyncPolicy,
        read: impl FnMut(Result<&str, DamagedLine>) -> bool,
    ) -> Result<JournalFile, JournalError> {
        let (path, file) = open_and_lock(path)?;
        let mut journal =
            JournalFile { path, title, file, sync, length: 0, records: 0, torn: false };
        journal.read(read)?;
        // What is torn is cut off now, before anything is appended to it.
        let length = journal.length;
        journal.file.set_len(length).map_err(|error| journal.broken(error))?;
        Ok(journal)
    }

    fn read(
        &mut self,
        mut read: impl FnMut(Result<&str, DamagedLine>) -> bool,
    ) -> Result<(), JournalError> {
        let mut lines = Lines::of(&self.file).map_err(|error| self.broken(error))?;
        let first = lines.next_line().map_err(|error| self.broken(error))?;
        match first {
            Line::Whole if lines.text() == self.title.as_bytes() => self.length = lines.read,
            // An empty file, or one with a torn first line, belongs to nothing else.
            Line::Torn if self.title.as_bytes().starts_with(lines.text()) => return Ok(()),
            _ => return Err(JournalError::AnotherTitle(self.path.clone(), self.title)),
        }
        loop {
            let line = lines.next_line().map_err(|error| self.broken(error))?;
            if line == Line::Torn {
                return Ok(());
            }
            // An endless line is damage, too, but nothing can follow it: it goes with the tail.
            if line != Line::Endless {
                self.length = lines.read;
            }
            self.records += 1;
            let record = match line {
                Line::Whole => record(lines.text()),
                Line::TooLong | Line::Endless | Line::Torn => None,
            };
            let number = self.records as u64 + 1;
            let goes_on = match record {
                Some(record) => read(Ok(record)),
                None => read(Err(DamagedLine { line: number })),
            };
            if !goes_on {
                return Err(JournalError::Damaged(self.path.clone(), number));
            }
        }
    }

    /// Appends records. There must be no line break in their texts. When this returns, the
    /// operating system has them, and with [`SyncPolicy::EachAppend`] the disk.
    ///
    /// # Errors
    /// If not all of them can be written. Then none of them is in the journal, as far as that can
    /// be achieved, and nothing must be built on them.
    pub fn append<T: AsRef<str>>(&mut self, records: &[T]) -> io::Result<()> {
        if self.torn {
            return Err(io::Error::other("its last line is torn"));
        }
        let mut text = String::new();
        if self.length == 0 {
            text = format!("{}\n", self.title);
        }
        for record in records {
            text += &line(record.as_ref());
        }
        if let Err(error) = self.write(text.as_bytes()) {
            // If this works, the journal is whole again. If not, the next opening cuts off the
            // tail.
            self.torn = self.file.set_len(self.length).is_err();
            return Err(error);
        }
        self.length += text.len() as u64;
        self.records += records.len();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        // A reader has moved the position, and a write that failed may have.
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(bytes)?;
        match self.sync {
            SyncPolicy::EachAppend => self.file.sync_data(),
            SyncPolicy::AtTheEnd => Ok(()),
        }
    }

    /// Waits until the disk has what has been appended. This takes milliseconds, and blocks.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Replaces all that is in the journal, at once: a new file is written beside it, with `.new`
    /// at the end of its name, and renamed, which happens whole or not at all. When this returns,
    /// the disk has it.
    ///
    /// # Errors
    /// If the new file cannot be written, or there is another file of that name. Then the old one
    /// is still there, and still open.
    pub fn replace<T: AsRef<str>>(&mut self, records: &[T]) -> io::Result<()> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".new");
        let new = PathBuf::from(name);
        if plain_file(&new)?.is_some() {
            self.remove_what_was_left_behind(&new)?;
        }
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&new)?;
        let written = self.write_new(file, &new, records);
        // Only what was made here is removed. If it could not be made, something else is there.
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        let (file, length) = written?;
        (self.file, self.length) = (file, length);
        self.records = records.len();
        self.torn = false;
        // The name is on the disk when its folder is.
        if cfg!(unix) { File::open(folder_of(&self.path))?.sync_all() } else { Ok(()) }
    }

    /// A run that was killed may have left a part of a new journal behind. Any other file of that
    /// name is not ours to remove.
    fn remove_what_was_left_behind(&self, new: &Path) -> io::Result<()> {
        let mut start = vec![];
        let file = open_plain_file(new, OpenOptions::new().read(true))?;
        file.take(self.title.len() as u64).read_to_end(&mut start)?;
        if !self.title.as_bytes().starts_with(&start) {
            let name = new.display();
            return Err(io::Error::other(format!("{name} is in the way, and is something else")));
        }
        fs::remove_file(new)
    }

    /// Writes a new journal into a new file, and gives it the journal's name.
    fn write_new<T: AsRef<str>>(
        &self,
        mut file: File,
        new: &Path,
        records: &[T],
    ) -> io::Result<(File, u64)> {
        let mut text = format!("{}\n", self.title);
        for record in records {
            text += &line(record.as_ref());
        }
        // Before it has the journal's name, so that at no time is a journal of that name unlocked.
        file.try_lock().map_err(io::Error::other)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(new, &self.path)?;
        Ok((file, text.len() as u64))
    }

    /// How many records are in the file, damaged lines included.
    pub fn records(&self) -> usize {
        self.records
    }

    /// Whether a write has failed and could not be taken back. Then only
    /// [`replace`](JournalFile::replace) can follow.
    pub fn is_torn(&self) -> bool {
        self.torn
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the records once more, from the first one on. Damaged lines are left out. Meanwhile
    /// nothing can be appended or read in another way: that would move the position in the one open
    /// file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read_again(&mut self) -> io::Result<Records<'_>> {
        let mut lines = Lines::of(&self.file)?;
        lines.next_line()?;
        Ok(Records { lines })
    }

    fn broken(&self, error: io::Error) -> JournalError {
        JournalError::Io(self.path.clone(), error)
    }
}

/// Opens the file that a name leads to, and locks it. Returns its name without links, too.
fn open_and_lock(name: &Path) -> Result<(PathBuf, File), JournalError> {
    let broken = |error| JournalError::Io(name.to_owned(), error);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    loop {
        let file = open_plain_file(name, &options).map_err(broken)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(name.to_owned())),
            Err(TryLockError::Error(error)) => return Err(broken(error)),
        }
        // Its owner may have replaced it after it was opened here and before it was locked.
        let path = fs::canonicalize(name).map_err(broken)?;
        if is_at(&file, &path).map_err(broken)? {
            return Ok((path, file));
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let open = file.metadata()?;
    let named = fs::metadata(path)?;
    Ok(open.dev() == named.dev() && open.ino() == named.ino())
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

/// A record as a line of the file.
fn line(record: &str) -> String {
    debug_assert!(!record.contains('\n'), "a record is one line: {record:?}");
    format!("{:08x} {record}\n", crc32fast::hash(record.as_bytes()))
}

/// The record that a line of the file is. The digits have to be those that are written here: so not
/// even the change of a small letter into a capital goes unnoticed.
fn record(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let (checksum, record) = line.split_once(' ')?;
    let expected = format!("{:08x}", crc32fast::hash(record.as_bytes()));
    if checksum == expected { Some(record) } else { None }
}

/// What was found when a line was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// One that ends with a line break.
    Whole,
    /// One of more than [`LONGEST_LINE`] bytes. Nothing of it has been kept.
    TooLong,
    /// As long, and the file ends before it does. No record that was being written is that long.
    Endless,
    /// The end of the file: nothing, or what was being written.
    Torn,
}

/// The lines of a file, one of which is in memory.
struct Lines<'a> {
    /// Reads ahead in blocks of 64 KiB. It is the file that is locked, and not the same one opened
    /// again: Windows would not let another handle read what is locked.
    reader: BufReader<&'a File>,
    /// The line that was read last, kept for its memory.
    line: Vec<u8>,
    /// How many bytes have been read so far, up to the end of the last whole line.
    read: u64,
}

impl<'a> Lines<'a> {
    fn of(file: &'a File) -> io::Result<Lines<'a>> {
        let mut reader = BufReader::with_capacity(64 * 1024, file);
        reader.rewind()?;
        Ok(Lines { reader, line: vec![], read: 0 })
    }

    /// Reads a line. Its text, without the line break, is [`text`](Lines::text) then.
    fn next_line(&mut self) -> io::Result<Line> {
        self.line.clear();
        let mut length =
            (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut self.line)? as u64;
        let mut kind = Line::Whole;
        if !self.line.ends_with(b"\n") && length == LONGEST_LINE {
            self.line.clear();
            let rest = skip_line(&mut self.reader)?;
            length += rest.0;
            kind = if rest.1 { Line::TooLong } else { Line::Endless };
        } else if self.line.pop_if(|last| *last == b'\n').is_none() {
            kind = Line::Torn;
        }
        if matches!(kind, Line::Whole | Line::TooLong) {
            self.read += length;
        }
        Ok(kind)
    }

    fn text(&self) -> &[u8] {
        &self.line
    }
}

/// Reads to the end of a line, and says how many bytes that was, and whether there was an end.
fn skip_line(reader: &mut impl BufRead) -> io::Result<(u64, bool)> {
    let mut skipped = 0;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok((skipped, false));
        }
        if let Some(end) = memchr::memchr(b'\n', buffer) {
            reader.consume(end + 1);
            return Ok((skipped + end as u64 + 1, true));
        }
        let length = buffer.len();
        reader.consume(length);
        skipped += length as u64;
    }
}

/// See [`JournalFile::read_again`].
pub struct Records<'a> {
    /// From the first record on.
    lines: Lines<'a>,
}

impl Iterator for Records<'_> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<io::Result<String>> {
        loop {
            match self.lines.next_line() {
                Ok(Line::Torn) => return None,
                Ok(Line::TooLong | Line::Endless) => {}
                Ok(Line::Whole) => {
                    if let Some(record) = record(self.lines.text()) {
                        return Some(Ok(record.to_owned()));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    const TITLE: &str = "test journal 1";
    const RECORDS: [&str; 3] = ["one", "two: \"ö\"", ""];

    fn folder() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        (folder, path)
    }

    /// Opens a journal. Its records, how many lines were damaged, and the journal.
    fn open(path: &Path) -> Result<(Vec<String>, usize, JournalFile), JournalError> {
        let mut records = vec![];
        let mut damaged = 0;
        let journal = JournalFile::open(path, TITLE, SyncPolicy::EachAppend, |record| {
            match record {
                Ok(record) => records.push(record.to_owned()),
                Err(_) => damaged += 1,
            }
            true
        })?;
        Ok((records, damaged, journal))
    }

    fn written() -> Vec<u8> {
        let (_folder, path) = folder();
        let (_, _, mut journal) = open(&path).expect("a new journal");
        for record in RECORDS {
            journal.append(&[record]).expect("it is written");
        }
        fs::read(path).expect("the file")
    }

    #[test]
    fn what_is_written_is_read_again() {
        let bytes = written();
        let text = String::from_utf8(bytes.clone()).expect("text");
        assert!(
            text.starts_with("test journal 1\n7a6c86f1 one\n"),
            "the format is another:\n{text}"
        );
        let (_folder, path) = folder();
        fs::write(&path, bytes).unwrap();
        let (records, damaged, mut journal) = open(&path).expect("it opens");
        assert_eq!((records, damaged), (RECORDS.map(str::to_owned).to_vec(), 0));
        let again: Vec<String> = journal.read_again().unwrap().map(Result::unwrap).collect();
        assert_eq!(again, RECORDS);
    }

    #[test]
    fn a_journal_that_was_cut_off_anywhere_has_all_records_before_the_cut_and_can_go_on() {
        let bytes = written();
        for cut in 0..bytes.len() {
            let (_folder, path) = folder();
            fs::write(&path, &bytes[..cut]).unwrap();
            let whole_lines = bytes[..cut].iter().filter(|&&byte| byte == b'\n').count();
            let before = &RECORDS[..whole_lines.saturating_sub(1)];
            let (records, damaged, mut journal) = open(&path).expect("it opens");
            assert_eq!((&records[..], damaged), (&before.map_to_owned()[..], 0), "cut at {cut}");
            journal.append(&["after"]).expect("it is written");
            drop(journal);
            let (records, damaged, _) = open(&path).expect("it opens again");
            let after = [before, &["after"]].concat();
            assert_eq!((records, damaged), (after.map_to_owned(), 0), "cut at {cut}");
        }
    }

    #[test]
    fn what_is_appended_stands_at_the_end_wherever_the_file_was_read_last() {
        let (_folder, path) = folder();
        let (_, _, mut journal) = open(&path).expect("it opens");
        // Together they are longer than what is read ahead.
        let records = ["a", "b", "c"].map(|letter| letter.repeat(60_000));
        journal.append(&records).expect("it is written");
        let first = journal.read_again().expect("it can be read").next();
        assert_eq!(first.expect("a record").expect("it can be read"), records[0]);
        journal.append(&["after"]).expect("it is written");
        drop(journal);
        assert_eq!(open(&path).expect("it opens").0, [&records[..], &["after".into()]].concat());
    }

    trait MapToOwned {
        fn map_to_owned(&self) -> Vec<String>;
    }

    impl MapToOwned for [&str] {
        fn map_to_owned(&self) -> Vec<String> {
            self.iter().map(|text| (*text).to_owned()).collect()
        }
    }

    #[test]
    fn a_changed_byte_is_noticed_and_never_makes_another_record() {
        let bytes = written();
        for place in TITLE.len() + 1..bytes.len() {
            for change in [1, 0x20, 0x80] {
                let mut bytes = bytes.clone();
                bytes[place] ^= change;
                let (_folder, path) = folder();
                fs::write(&path, &bytes).unwrap();
                let (records, damaged, _) = open(&path).expect("it opens");
                assert!(records.iter().all(|record| RECORDS.contains(&&**record)), "{records:?}");
                let is_torn = place + 1 == bytes.len();
                assert!(damaged > 0 || is_torn, "the change of byte {place} went unnoticed");
            }
        }
    }

    #[test]
    fn a_reader_that_cannot_do_without_a_line_is_told_its_number_and_nothing_is_changed() {
        let (_folder, path) = folder();
        let text = String::from_utf8(written()).unwrap().replace("two", "2wo");
        fs::write(&path, &text).unwrap();
        let opened = JournalFile::open(&path, TITLE, SyncPolicy::AtTheEnd, |record| record.is_ok());
        let error = opened.expect_err("it is damaged");
        assert!(matches!(error, JournalError::Damaged(_, 3)), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn a_line_that_is_too_long_is_one_damaged_line() {
        let (_folder, path) = folder();
        let text = format!("{TITLE}\n{}\n{}", "x".repeat(200_000), line("one"));
        fs::write(&path, text).unwrap();
        let (records, damaged, _) = open(&path).expect("it opens");
        assert_eq!((records, damaged), (vec!["one".to_owned()], 1));
    }

    #[test]
    fn a_file_that_is_something_else_is_left_alone() {
        let (_folder, path) = folder();
        for other in ["precious\n", "test journal 2\n", "test journal 10\n", "precious"] {
            fs::write(&path, other).unwrap();
            let error = open(&path).expect_err(other);
            assert!(matches!(error, JournalError::AnotherTitle(..)), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), other);
        }
        fs::write(&path, "").unwrap();
        open(&path).expect("an empty file belongs to no program");
    }

    #[test]
    #[cfg(unix)]
    fn a_device_a_directory_and_a_pipe_are_refused_and_not_replaced() {
        let (folder, _) = folder();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [Path::new("/dev/null"), folder.path(), &pipe] {
            let error = open(path).expect_err("it is no plain file");
            assert!(error.to_string().ends_with("not a plain file"), "{error}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_journal_has_one_owner_whatever_it_is_called() {
        let (folder, path) = folder();
        let (_, _, mut owner) = open(&path).expect("it opens");
        let soft = folder.path().join("soft");
        let hard = folder.path().join("hard");
        std::os::unix::fs::symlink(&path, &soft).unwrap();
        fs::hard_link(&path, &hard).unwrap();
        for name in [&path, &soft, &hard] {
            assert!(matches!(open(name), Err(JournalError::InUse(_))), "{}", name.display());
        }
        owner.replace(&["one"]).expect("it is replaced");
        for name in [&path, &soft] {
            assert!(matches!(open(name), Err(JournalError::InUse(_))), "{}", name.display());
        }
        drop(owner);
        let (records, _, mut owner) = open(&soft).expect("it opens again");
        assert_eq!(records, ["one"]);
        owner.replace(&["two"]).expect("it is replaced");
        assert!(fs::symlink_metadata(&soft).unwrap().is_symlink(), "the link is still a link");
        drop(owner);
        assert_eq!(open(&path).expect("it opens").0, ["two"]);
    }

    #[test]
    fn a_file_in_the_way_that_is_something_else_is_left_alone() {
        let (folder, path) = folder();
        let (_, _, mut journal) = open(&path).expect("it opens");
        journal.append(&RECORDS).expect("it is written");
        let other = folder.path().join("journal.new");
        fs::write(&other, "precious").unwrap();
        let error = journal.replace(&RECORDS[1..2]).expect_err("it is in the way");
        assert!(error.to_string().ends_with("is in the way, and is something else"), "{error}");
        assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
        journal.append(&["after"]).expect("the old journal is still open");
        drop(journal);
        assert_eq!(open(&path).expect("it opens").0, [&RECORDS[..], &["after"]].concat());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_in_the_way_that_leads_nowhere_is_left_alone() {
        let (folder, path) = folder();
        let (_, _, mut journal) = open(&path).expect("it opens");
        journal.append(&RECORDS).expect("it is written");
        let link = folder.path().join("journal.new");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        let error = journal.replace(&RECORDS[1..2]).expect_err("it is in the way");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{error}");
        let kind = fs::symlink_metadata(&link).expect("it is still there").file_type();
        assert!(kind.is_symlink() && !folder.path().join("nowhere").exists());
        journal.append(&["after"]).expect("the old journal is still open");
        drop(journal);
        assert_eq!(open(&path).expect("it opens").0, [&RECORDS[..], &["after"]].concat());
    }

    #[test]
    fn replacing_is_whole_and_leaves_nothing_behind() {
        let (folder, path) = folder();
        let (_, _, mut journal) = open(&path).expect("it opens");
        journal.append(&RECORDS).expect("it is written");
        fs::write(folder.path().join("journal.new"), "test journal 1\nleft beh").unwrap();
        journal.replace(&RECORDS[1..2]).expect("it is replaced");
        journal.append(&["after"]).expect("it is written");
        assert_eq!(journal.records(), 2);
        drop(journal);
        assert_eq!(open(&path).expect("it opens").0, [RECORDS[1], "after"]);
        let names = folder.path().read_dir().expect("a folder").count();
        assert_eq!(names, 1, "only the journal");
    }
}
