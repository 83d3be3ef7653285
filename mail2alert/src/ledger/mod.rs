//! The ledger: which recipients have had which mail, and how stages ended.
//!
//! When one of three recipients could not be served, the Notifyer is told to try again, and it will
//! send the whole message. Without a memory, the other two get it twice; and with one that a crash
//! wipes out, whenever there is a crash. So the relay writes down each recipient for which the mail
//! server has taken a message, on the disk, before it answers for it; and a retry, which is known
//! by the digest of its bytes, goes only to those that are missing.
//!
//! The ledger is bounded by number and by age. What is forgotten too early costs a duplicate, never
//! a mail. While the disk takes nothing, what is to be written later is bounded, too: by what is
//! remembered, and by how many messages the file has.
mod record;

pub use record::Digest;

use super::{
    addresses::EnvelopeAddress,
    gocd::{StageEnd, Stages},
};
use mail::journal::{JournalError, JournalFile, SyncPolicy};
use record::{LedgerRecord, Noted};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use thiserror::Error;
use tokio::{task::spawn_blocking, time::Instant};

impl Digest {
    /// The digest of a message: of its sender, and of all its bytes. Two retries of one message
    /// have the same.
    pub fn of(sender: Option<&EnvelopeAddress>, message: &[u8]) -> Digest {
        let sender = sender.map(EnvelopeAddress::to_string).unwrap_or_default();
        // An address has no line break in it, so that no two pairs are written in the same way.
        let digest = Sha256::new().chain_update(sender).chain_update("\n").chain_update(message);
        Digest(digest.finalize().into())
    }
}

/// How much to remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many recipients, over all messages.
    pub entries: usize,
    /// How long after a message was sent to its first recipient.
    pub age: Duration,
}

/// The ledger. It is shared by all that handle mail, and may be cloned.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Where the file is, for messages about it.
    path: PathBuf,
    /// What is known. It is locked for a moment only, never across an `await`.
    memory: Arc<Mutex<Memory>>,
    /// Locked while the disk is written, which takes its time; `memory` is free meanwhile.
    disk: Arc<tokio::sync::Mutex<Disk>>,
    /// Tells when something was noted, and so when it is old.
    clock: WallClock,
}

/// Why something could not be written down. It is remembered all the same, until the process ends,
/// and written down with whatever is next.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the ledger {path} cannot be written: {error}")]
pub struct LedgerError {
    /// Which file.
    path: String,
    /// As text, since an `io::Error` cannot be cloned.
    error: String,
}

/// Wall time, but at the pace of tokio's clock: so that a test can let five days pass.
#[derive(Clone, Copy, Debug)]
struct WallClock {
    /// The wall time when the ledger was opened, since 1970.
    wall: Duration,
    /// The same moment on tokio's clock.
    opened: Instant,
}

impl WallClock {
    fn now(&self) -> u64 {
        (self.wall + self.opened.elapsed()).as_secs()
    }
}

impl Ledger {
    /// Opens a ledger, or makes an empty one. Says how many damaged lines were left out.
    ///
    /// This reads the file, and blocks while it does.
    ///
    /// # Errors
    /// If the file cannot be read or written, is something else, or is used by another process.
    pub fn open(path: &Path, bounds: Bounds) -> Result<(Ledger, usize), JournalError> {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let clock = WallClock { wall, opened: Instant::now() };
        let mut memory = Memory { bounds, ..Memory::default() };
        let mut damaged = 0;
        let journal = JournalFile::open(path, record::TITLE, SyncPolicy::EachAppend, |record| {
            match record.ok().and_then(LedgerRecord::parse) {
                // A clock that was wrong may have written a moment that is still to come. It would
                // never be old, nor would what was written after it.
                Some(record) => {
                    memory.apply(LedgerRecord { at: record.at.min(clock.now()), ..record });
                }
                None => damaged += 1,
            }
            true
        })?;
        memory.forget_the_old(clock.now());
        let mut journal = journal;
        if damaged > 0 {
            // So that it is not said again at the next start. On a full disk it will be.
            let _ = journal.replace(&in_json(&memory.everything()));
        }
        let disk = Disk { journal, written: 0 };
        let ledger = Ledger {
            path: path.to_owned(),
            memory: Arc::new(Mutex::new(memory)),
            disk: Arc::new(tokio::sync::Mutex::new(disk)),
            clock,
        };
        Ok((ledger, damaged))
    }

    /// Those of the recipients that have not had the message yet.
    pub fn missing(
        &self,
        message: &Digest,
        recipients: &[EnvelopeAddress],
    ) -> Vec<EnvelopeAddress> {
        let mut memory = lock(&self.memory);
        memory.forget_the_old(self.clock.now());
        let sent = memory.messages.get(message).map_or(&[][..], |entry| &entry.to);
        recipients.iter().filter(|recipient| !sent.contains(recipient)).cloned().collect()
    }

    /// Whether any recipient has had the message.
    pub fn knows(&self, message: &Digest) -> bool {
        let mut memory = lock(&self.memory);
        memory.forget_the_old(self.clock.now());
        memory.messages.contains_key(message)
    }

    /// Notes that the mail server has taken a message for these recipients. When this returns, it
    /// is on the disk.
    ///
    /// Dropping the future leaves it open whether it is on the disk; it is remembered in any case.
    ///
    /// # Errors
    /// If it cannot be written. It is remembered all the same, and written as soon as something
    /// else can be.
    pub async fn sent(
        &self,
        message: Digest,
        recipients: &[EnvelopeAddress],
    ) -> Result<(), LedgerError> {
        let sent = recipients.iter().map(|to| Noted::Sent { message, to: to.to_string() });
        self.note(sent.collect()).await
    }

    /// Notes that another message with the same bytes would be a new one.
    ///
    /// # Errors
    /// As for [`sent`](Ledger::sent).
    pub async fn forget(&self, message: Digest) -> Result<(), LedgerError> {
        if lock(&self.memory).messages.contains_key(&message) {
            self.note(vec![Noted::Forget { message }]).await?;
        }
        Ok(())
    }

    /// Notes how runs of stages ended.
    ///
    /// # Errors
    /// As for [`sent`](Ledger::sent).
    pub async fn learn(&self, ended: Vec<StageEnd>) -> Result<(), LedgerError> {
        if ended.is_empty() {
            return Ok(());
        }
        self.note(ended.into_iter().map(Noted::Ended).collect()).await
    }

    /// Asks something of what is known about stages.
    pub fn stages<T>(&self, ask: impl FnOnce(&Stages) -> T) -> T {
        ask(&lock(&self.memory).stages)
    }

    /// How many recipients are remembered, over all messages.
    pub fn entries(&self) -> usize {
        lock(&self.memory).entries
    }

    async fn note(&self, what: Vec<Noted>) -> Result<(), LedgerError> {
        let at = self.clock.now();
        let number = {
            let mut memory = lock(&self.memory);
            for what in what {
                memory.note(LedgerRecord { at, what });
            }
            memory.forget_the_old(at);
            memory.shorten_unwritten(at);
            memory.noted
        };
        // One flush for all that was noted while the disk was busy with the one before.
        let mut disk = self.disk.clone().lock_owned().await;
        if disk.written >= number {
            return Ok(());
        }
        let memory = self.memory.clone();
        // A disk may take its time, and this thread has others to serve. The closure runs to its
        // end even if it is not waited for any more.
        let written = spawn_blocking(move || disk.write(&memory)).await;
        let written = written.unwrap_or_else(|error| Err(io::Error::other(error)));
        written.map_err(|error| LedgerError {
            path: self.path.display().to_string(),
            error: error.to_string(),
        })
    }
}

/// There is no panic while it is held.
fn lock(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug)]
struct Disk {
    /// The file.
    journal: JournalFile,
    /// How many records have been written since the ledger was opened.
    written: u64,
}

impl Disk {
    fn write(&mut self, memory: &Mutex<Memory>) -> io::Result<()> {
        let (unwritten, everything, noted) = {
            let mut memory = lock(memory);
            memory.handed_over = memory.noted;
            let unwritten = std::mem::take(&mut memory.unwritten);
            let is_long = memory.is_long(self.journal.records() + unwritten.len());
            let everything =
                if is_long || self.journal.is_torn() { Some(memory.everything()) } else { None };
            (unwritten, everything, memory.noted)
        };
        let replaced = match everything {
            Some(everything) => self.journal.replace(&in_json(&everything)).is_ok(),
            None => false,
        };
        // To replace the file takes room for both, or a folder that can be written. If that fails,
        // there may still be room for a few lines.
        let written = match replaced {
            true => Ok(()),
            false => self.journal.append(&in_json(&unwritten)),
        };
        let memory = &mut *lock(memory);
        match written {
            Ok(()) => {
                self.written = noted;
                memory.forgotten_on_disk.clear();
                // Those that were forgotten while the disk was busy are still to be written.
                for record in &memory.unwritten {
                    if let Noted::Forget { message } = record.what {
                        memory.forgotten_on_disk.insert(message);
                    }
                }
            }
            // In front of what was noted meanwhile, so that their order stays.
            Err(_) => {
                memory.handed_over = self.written;
                memory.unwritten.splice(0..0, unwritten);
            }
        }
        written
    }
}

fn in_json(records: &[LedgerRecord]) -> Vec<String> {
    records.iter().map(LedgerRecord::to_json).collect()
}

/// What is remembered.
#[derive(Debug)]
struct Memory {
    /// How much is remembered, and for how long.
    bounds: Bounds,
    /// Which recipients have had which message.
    messages: HashMap<Digest, Entry>,
    /// The messages, those that were noted first in front. One that was forgotten meanwhile is
    /// skipped.
    order: VecDeque<(u64, Digest)>,
    /// The recipients of all messages.
    entries: usize,
    /// How the last runs of each stage ended.
    stages: Stages,
    /// What is remembered and not on the disk yet, in order. It grows while the disk takes nothing,
    /// and is shortened when it is long.
    unwritten: Vec<LedgerRecord>,
    /// How many of them were left when they were shortened last: to shorten them before there are
    /// twice as many would take more time than memory is worth.
    shortened_to: usize,
    /// The messages that the file may have and that have been forgotten since, which is still to be
    /// written. They are no more than the file has.
    forgotten_on_disk: HashSet<Digest>,
    /// How many records have been noted since the ledger was opened.
    noted: u64,
    /// How many of them the file may have: those that were written, or that are being written.
    handed_over: u64,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory {
            bounds: Bounds { entries: usize::MAX, age: Duration::MAX },
            messages: HashMap::new(),
            order: VecDeque::new(),
            entries: 0,
            stages: Stages::default(),
            unwritten: vec![],
            shortened_to: 0,
            forgotten_on_disk: HashSet::new(),
            noted: 0,
            handed_over: 0,
        }
    }
}

#[derive(Debug)]
struct Entry {
    /// When the first recipient had it, in seconds since 1970.
    at: u64,
    /// The number of the record that says so, counted as [`Memory::noted`] is. 0 if the file had it
    /// when the ledger was opened.
    noted: u64,
    /// The recipients that have had it.
    to: Vec<EnvelopeAddress>,
}

impl Memory {
    /// Remembers something, also for the disk.
    fn note(&mut self, record: LedgerRecord) {
        if let Noted::Forget { message } = record.what
            && let Some(entry) = self.messages.get(&message)
            && entry.noted <= self.handed_over
        {
            self.forgotten_on_disk.insert(message);
        }
        self.unwritten.push(record.clone());
        self.noted += 1;
        self.apply(record);
    }

    /// Whether there are many more records than are needed to say the same.
    fn is_long(&self, records: usize) -> bool {
        const SMALL: usize = 1000;
        records > 2 * (self.entries + self.stages.iter().count()) + SMALL
    }

    /// If the disk has taken nothing for long: what is to be written is as much as is remembered,
    /// and not all that was ever noted.
    fn shorten_unwritten(&mut self, now: u64) {
        let length = self.unwritten.len();
        if !self.is_long(length) || length <= 2 * self.shortened_to {
            return;
        }
        // The file may have messages that have been forgotten since. Without these records, a new
        // alarm with the same bytes would be taken for one of them after the next start, and get
        // lost. What the file never had needs no such record, nor does what is too old: of that,
        // the file tells nothing any more.
        let mut shortened = vec![];
        let mut to_forget = self.forgotten_on_disk.clone();
        for record in &self.unwritten {
            let is_old = now.saturating_sub(record.at) >= self.bounds.age.as_secs();
            if let Noted::Forget { message } = record.what
                && !is_old
                && to_forget.remove(&message)
            {
                shortened.push(record.clone());
            }
        }
        shortened.append(&mut self.everything());
        self.shortened_to = shortened.len();
        self.unwritten = shortened;
    }

    fn apply(&mut self, record: LedgerRecord) {
        match record.what {
            Noted::Sent { message, to } => {
                let Ok(to) = to.parse() else { return }; // a ledger of another program
                let noted = self.noted;
                let entry = self.messages.entry(message).or_insert_with(|| {
                    self.order.push_back((record.at, message));
                    Entry { at: record.at, noted, to: vec![] }
                });
                if !entry.to.contains(&to) {
                    entry.to.push(to);
                    self.entries += 1;
                }
            }
            Noted::Forget { message } => {
                self.remove(&message);
                self.tidy_up();
            }
            Noted::Ended(ended) => self.stages.learn(&ended),
        }
    }

    fn remove(&mut self, message: &Digest) {
        if let Some(entry) = self.messages.remove(message) {
            self.entries -= entry.to.len();
        }
    }

    /// Whether a place in the order is still that of a message that is remembered.
    fn is_current(&self, at: u64, message: &Digest) -> bool {
        matches!(self.messages.get(message), Some(entry) if entry.at == at)
    }

    fn forget_the_old(&mut self, now: u64) {
        while let Some(&(at, message)) = self.order.front() {
            let is_current = self.is_current(at, &message);
            let is_old = now.saturating_sub(at) >= self.bounds.age.as_secs();
            if is_current && !is_old && self.entries <= self.bounds.entries {
                return;
            }
            self.order.pop_front();
            if is_current {
                self.remove(&message);
            }
        }
    }

    /// Messages that were forgotten early leave their place in the order behind.
    fn tidy_up(&mut self) {
        if self.order.len() > 2 * self.messages.len() + 1000 {
            let order = std::mem::take(&mut self.order);
            self.order =
                order.into_iter().filter(|(at, message)| self.is_current(*at, message)).collect();
        }
    }

    /// All that is worth keeping, in an order in which it can be read again. It includes what is
    /// unwritten.
    fn everything(&self) -> Vec<LedgerRecord> {
        let mut records = vec![];
        for (at, message) in &self.order {
            if !self.is_current(*at, message) {
                continue;
            }
            for to in &self.messages[message].to {
                let what = Noted::Sent { message: *message, to: to.to_string() };
                records.push(LedgerRecord { at: *at, what });
            }
        }
        // How a stage ended has no age.
        records.extend(
            self.stages.iter().map(|ended| LedgerRecord { at: 0, what: Noted::Ended(ended) }),
        );
        records
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::gocd::{StageId, StageOutcome, StageRun},
        *,
    };
    use futures::{FutureExt, future::join_all};
    use std::fs;
    use tokio::time::advance;

    const BOUNDS: Bounds = Bounds { entries: 1000, age: Duration::from_secs(100) };

    fn mailbox(name: &str) -> EnvelopeAddress {
        format!("{name}@example.com").parse().expect("an address")
    }

    fn mailboxes<const N: usize>(names: [&str; N]) -> Vec<EnvelopeAddress> {
        names.map(mailbox).to_vec()
    }

    fn digest(message: &str) -> Digest {
        Digest::of(None, message.as_bytes())
    }

    /// A folder that goes with the test.
    struct Folder(tempfile::TempDir);

    impl Folder {
        /// In memory where there is such a folder: thousands of flushes to a disk take seconds.
        fn new() -> Folder {
            let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
            Folder(folder.expect("a folder"))
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("ledger")
        }

        fn open(&self, bounds: Bounds) -> Ledger {
            Ledger::open(&self.path(), bounds).expect("it opens").0
        }

        fn lines(&self) -> usize {
            fs::read_to_string(self.path()).expect("the file").lines().count() - 1
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_is_for_those_that_are_missing_also_after_a_restart() {
        let folder = Folder::new();
        let ledger = folder.open(BOUNDS);
        let all = mailboxes(["a", "b", "c"]);
        assert_eq!(ledger.missing(&digest("1"), &all), all);
        ledger.sent(digest("1"), &mailboxes(["a", "c"])).await.expect("it is written");
        for ledger in [ledger, folder.open_after_crash()] {
            assert_eq!(ledger.missing(&digest("1"), &all), mailboxes(["b"]));
            assert_eq!(ledger.missing(&digest("2"), &all), all, "another message");
        }
    }

    impl Folder {
        /// As after `kill -9`: the lock went with the process, and the file is as it is.
        fn open_after_crash(&self) -> Ledger {
            let copy = self.0.path().join("copy");
            fs::copy(self.path(), &copy).expect("a copy");
            Ledger::open(&copy, BOUNDS).expect("it opens").0
        }
    }

    #[test]
    fn a_message_is_known_by_its_sender_and_all_its_bytes() {
        let go = mailbox("go");
        let ci = mailbox("ci");
        let digests = [
            Digest::of(Some(&go), b"x"),
            Digest::of(Some(&ci), b"x"),
            Digest::of(None, b"x"),
            Digest::of(None, b"x\n"),
            Digest::of(None, b"go@example.com\nx"),
        ];
        for (i, digest) in digests.iter().enumerate() {
            assert_eq!(digests.iter().position(|other| other == digest), Some(i));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_old_is_forgotten() {
        let folder = Folder::new();
        let ledger = folder.open(BOUNDS);
        let all = mailboxes(["a"]);
        ledger.sent(digest("1"), &all).await.expect("it is written");
        advance(Duration::from_secs(99)).await;
        assert_eq!(ledger.missing(&digest("1"), &all), []);
        ledger.sent(digest("1"), &mailboxes(["b"])).await.expect("it is written");
        advance(Duration::from_secs(1)).await;
        assert_eq!(ledger.missing(&digest("1"), &all), all, "counted from the first recipient");
        assert_eq!(ledger.entries(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_written_by_a_clock_that_was_ahead_is_forgotten_in_time_too() {
        let folder = Folder::new();
        let ledger = folder.open(BOUNDS);
        ledger.sent(digest("1"), &mailboxes(["a"])).await.expect("it is written");
        advance(Duration::from_secs(90)).await;
        ledger.sent(digest("2"), &mailboxes(["a"])).await.expect("it is written");
        drop(ledger);
        // At the next start the wall clock has not gone on, as if it had been put right.
        let ledger = folder.open(BOUNDS);
        assert_eq!(ledger.entries(), 2);
        advance(Duration::from_secs(100)).await;
        assert_eq!(ledger.missing(&digest("2"), &mailboxes(["a"])), mailboxes(["a"]));
        assert_eq!(ledger.entries(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_ledger_that_cannot_be_replaced_is_still_written() {
        let folder = Folder::new();
        let ledger = folder.open(Bounds { entries: 10, ..BOUNDS });
        fs::write(folder.path().with_extension("new"), "in the way").expect("a file");
        for number in 0..1200 {
            let written = ledger.sent(digest(&number.to_string()), &mailboxes(["a"])).await;
            written.expect("it is written");
        }
        assert_eq!(folder.lines(), 1200, "it could not be made shorter");
        let ledger = folder.open_after_crash();
        assert_eq!(ledger.missing(&digest("1199"), &mailboxes(["a"])), []);
    }

    #[tokio::test(start_paused = true)]
    async fn of_more_than_its_bound_the_oldest_are_forgotten_on_the_disk_too() {
        let folder = Folder::new();
        let ledger = folder.open(Bounds { entries: 10, ..BOUNDS });
        for number in 0..1200 {
            ledger
                .sent(digest(&number.to_string()), &mailboxes(["a", "b"]))
                .await
                .expect("it is written");
            assert!(ledger.entries() <= 10 && folder.lines() <= 1100, "{} lines", folder.lines());
        }
        let all = mailboxes(["a", "b"]);
        drop(ledger);
        let ledger = folder.open(Bounds { entries: 10, ..BOUNDS });
        assert_eq!(ledger.missing(&digest("1194"), &all), all);
        assert_eq!(ledger.missing(&digest("1195"), &all), []);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_acknowledged_can_be_forgotten_and_begun_anew() {
        let folder = Folder::new();
        let ledger = folder.open(BOUNDS);
        let all = mailboxes(["a", "b"]);
        for _ in 0..3 {
            assert_eq!(ledger.missing(&digest("1"), &all), all);
            ledger.sent(digest("1"), &all).await.expect("it is written");
            assert_eq!(ledger.missing(&digest("1"), &all), []);
            ledger.forget(digest("1")).await.expect("it is written");
            advance(Duration::from_secs(40)).await;
        }
        ledger.sent(digest("1"), &all[..1]).await.expect("it is written");
        drop(ledger);
        assert_eq!(folder.open(BOUNDS).missing(&digest("1"), &all), all[1..]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_forgotten_early_takes_no_memory() {
        let folder = Folder::new();
        let ledger = folder.open(Bounds { entries: 10_000, ..BOUNDS });
        ledger.sent(digest("first"), &mailboxes(["a"])).await.expect("it is written");
        join_all((0..1500).map(async |number| {
            ledger
                .sent(digest(&number.to_string()), &mailboxes(["a"]))
                .await
                .expect("it is written");
            ledger.forget(digest(&number.to_string())).await.expect("it is written");
        }))
        .await;
        let memory = lock(&ledger.memory);
        assert_eq!((memory.messages.len(), memory.entries), (1, 1));
        assert!(
            memory.order.len() <= 1002,
            "{} places in the order of one message",
            memory.order.len()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn how_stages_ended_survives_a_restart_and_a_compaction() {
        let folder = Folder::new();
        let ledger = folder.open(BOUNDS);
        let stage = StageId { pipeline: "p".into(), stage: "s".into() };
        let ended = |run| StageEnd {
            stage: stage.clone(),
            run: Some(StageRun(run, 1)),
            ending: StageOutcome::Failed,
        };
        for run in 0..1200 {
            ledger.learn(vec![ended(run)]).await.expect("it is written");
        }
        assert!(folder.lines() <= 1100, "{} lines", folder.lines());
        let lines = folder.lines();
        ledger.learn(vec![]).await.expect("nothing is news");
        assert_eq!(folder.lines(), lines);
        drop(ledger);
        let known: Vec<StageEnd> = folder.open(BOUNDS).stages(|stages| stages.iter().collect());
        assert_eq!(known, (1192..1200).map(ended).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn many_notes_at_once_are_all_on_the_disk() {
        let folder = Folder::new();
        let ledger = folder.open(BOUNDS);
        let names: Vec<String> = (0..200).map(|number| format!("r{number}")).collect();
        let all = join_all(
            names.iter().map(async |name| ledger.sent(digest("1"), &[mailbox(name)]).await),
        )
        .await;
        assert!(all.iter().all(Result::is_ok));
        let all_of_them: Vec<EnvelopeAddress> = names.iter().map(|name| mailbox(name)).collect();
        assert_eq!(folder.open_after_crash().missing(&digest("1"), &all_of_them), []);
        assert_eq!(folder.lines(), 200);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_wait_for_the_disk_is_remembered_all_the_same() {
        let folder = Folder::new();
        let ledger = folder.open(BOUNDS);
        assert_eq!(
            ledger.sent(digest("1"), &mailboxes(["a"])).now_or_never(),
            None,
            "dropped after one poll"
        );
        assert_eq!(ledger.missing(&digest("1"), &mailboxes(["a"])), []);
        ledger.sent(digest("1"), &mailboxes(["b"])).await.expect("it is written");
        assert_eq!(folder.open_after_crash().missing(&digest("1"), &mailboxes(["a", "b"])), []);
    }

    /// A disk that takes nothing for a long time, and then has no room for a second file, so that
    /// what has waited for it is appended.
    #[tokio::test(start_paused = true)]
    async fn what_waits_for_the_disk_is_no_more_than_what_is_remembered() {
        let folder = Folder::new();
        let ledger = folder.open(Bounds { entries: 10, ..BOUNDS });
        let all = mailboxes(["a"]);
        ledger.sent(digest("acknowledged"), &all).await.expect("it is written");
        let busy = ledger.disk.clone().lock_owned().await;
        assert_eq!(ledger.forget(digest("acknowledged")).now_or_never(), None);
        for number in 0..20_000 {
            let message = digest(&number.to_string());
            assert_eq!(ledger.sent(message, &all).now_or_never(), None, "the disk is busy");
            if number < 10_000 {
                assert_eq!(ledger.forget(message).now_or_never(), None, "the disk is busy");
            }
            let unwritten = lock(&ledger.memory).unwritten.len();
            assert!(unwritten <= 1100, "{unwritten} records wait after {number} messages");
        }
        fs::write(folder.path().with_extension("new"), "in the way").expect("a file");
        drop(busy);
        ledger.sent(digest("last"), &all).await.expect("it is written");
        let ledger = folder.open_after_crash();
        for known in ["last", "19999", "19991"] {
            assert_eq!(ledger.missing(&digest(known), &all), [], "{known}");
        }
        for forgotten in ["acknowledged", "0", "9999", "10000"] {
            assert_eq!(ledger.missing(&digest(forgotten), &all), all, "{forgotten}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_said_how_much_was_damaged() {
        let folder = Folder::new();
        folder.open(BOUNDS).sent(digest("1"), &mailboxes(["a"])).await.expect("it is written");
        let whole = fs::read(folder.path()).expect("the file");
        let changed = String::from_utf8(whole.clone()).expect("text").replace("sent", "Sent");
        fs::write(folder.path(), changed).expect("the file");
        assert_eq!(Ledger::open(&folder.path(), BOUNDS).expect("it opens").1, 1);
        assert_eq!(Ledger::open(&folder.path(), BOUNDS).expect("it opens").1, 0, "it was mended");
        // A torn tail is no damage: nothing can have been built on it.
        fs::write(folder.path(), &whole[..whole.len() - 1]).expect("the file");
        assert_eq!(Ledger::open(&folder.path(), BOUNDS).expect("it opens").1, 0);
    }
}
