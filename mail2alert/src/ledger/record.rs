//! What the ledger remembers, as records of its journal.
//!
//! The journal's format, and what becomes of a file that a crash has cut off, is
//! [`mail::journal`]'s. Each record is a line of JSON:
//!
//! ```text
//! mail2alert ledger 2
//! 27edcd6d {"at":1511222400,"sent":{"message":"9f86…0a08","to":"team-a@example.com"}}
//! ac850ee6 {"at":1511222401,"ended":{"stage":{"pipeline":"p1","stage":"s"},"run":[2,1],…}}
//! ```
//!
//! The disk has a record before the Notifyer hears of what it says: the journal is opened with
//! [`EachAppend`](mail::journal::SyncPolicy::EachAppend). A damaged line is left out: what is
//! forgotten costs a duplicate, never a mail.
use super::super::gocd::StageEnd;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The first line of the journal.
pub(super) const TITLE: &str = "mail2alert ledger 2";

/// Something to remember.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LedgerRecord {
    /// When, in seconds since 1970.
    pub at: u64,
    /// What.
    #[serde(flatten)]
    pub what: Noted,
}

/// What to remember.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Noted {
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
    Ended(StageEnd),
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

impl LedgerRecord {
    /// As it is written.
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a record has nothing that JSON cannot say")
    }

    /// `None` if it is a record of some other version.
    pub(super) fn parse(json: &str) -> Option<LedgerRecord> {
        serde_json::from_str(json).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::gocd::{StageId, StageOutcome, StageRun};
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_is_one_line() {
        let message = Digest([0xa5; 32]);
        let stage = StageId { pipeline: "p \"ö\n".into(), stage: "s".into() };
        let ended = StageEnd { stage, run: Some(StageRun(2, 1)), ending: StageOutcome::Failed };
        for what in [
            Noted::Sent { message, to: "\"a b\"@example.com".into() },
            Noted::Ended(ended),
            Noted::Forget { message },
        ] {
            let record = LedgerRecord { at: 1, what };
            let json = record.to_json();
            assert!(!json.contains('\n'), "{json}");
            assert_eq!(LedgerRecord::parse(&json), Some(record));
        }
    }

    #[test]
    fn the_format_is_the_one_that_the_title_stands_for() {
        let record = LedgerRecord {
            at: 1,
            what: Noted::Sent { message: Digest([0xa5; 32]), to: "\"a b\"@example.com".into() },
        };
        let digest = "a5".repeat(32);
        let expected =
            format!(r#"{{"at":1,"sent":{{"message":"{digest}","to":"\"a b\"@example.com"}}}}"#);
        assert_eq!(record.to_json(), expected, "the format has changed, so its number must");
    }
}
