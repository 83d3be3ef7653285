//! What becomes of a mail, of a recipient, and of a campaign.
use super::Recipient;
use std::{
    fmt::{self, Display},
    io,
};
use tokio::time::Instant;

/// What became of an attempt to send a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The server has it.
    Sent,
    /// The server does not want it.
    Refused(String),
    /// The server does not want it now.
    NotNow(String),
    /// There is no such mail, or the server does not offer what it needs: nothing has been sent,
    /// and another attempt would end in the same way.
    CannotBeSent(String),
    /// The connection ended before the mail did: the server cannot have it.
    Lost(String),
    /// The connection ended after the mail and before the reply: the server may have it.
    InDoubt(String),
}

/// What became of a recipient in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecipientOutcome {
    /// The server has the mail.
    Sent,
    /// The server does not want it.
    Refused(String),
    /// It was tried as often as is allowed, or cannot be sent at all. The server does not have it.
    GaveUp(String),
    /// The server may have it.
    InDoubt(String),
}

impl Display for RecipientOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecipientOutcome::Sent => f.write_str("sent"),
            RecipientOutcome::Refused(why) => write!(f, "refused: {why}"),
            RecipientOutcome::GaveUp(why) => write!(f, "given up: {why}"),
            RecipientOutcome::InDoubt(why) => write!(f, "in doubt, may have been sent: {why}"),
        }
    }
}

/// What happens in a campaign, for a program that shows it.
#[derive(Debug)]
pub enum CampaignEvent<'a> {
    /// This line of the list is no address, and why.
    BadLine(u64, &'a str),
    /// An attempt begins.
    Begins(&'a Recipient),
    /// An attempt has failed, or could not be made, and there will be another.
    Waits {
        /// Which recipient.
        recipient: &'a Recipient,
        /// How many have failed.
        attempts: u32,
        /// When the next can be made.
        until: Instant,
        /// Why it failed.
        why: &'a str,
    },
    /// This is what became of a recipient.
    Ends(&'a Recipient, &'a RecipientOutcome),
    /// A connection could not be opened, and why.
    NotConnected(&'a str),
}

/// What a campaign has come to.
#[derive(Debug, Default)]
pub struct CampaignSummary {
    /// How many the server has.
    pub sent: u64,
    /// How many the server does not want.
    pub refused: u64,
    /// How many were tried as often as is allowed.
    pub gave_up: u64,
    /// How many the server may have.
    pub in_doubt: u64,
    /// How many lines of the list were no address.
    pub bad_lines: u64,
    /// The recipients that would be tried again, or begun with: certainly not sent.
    pub waiting: Vec<Recipient>,
    /// The number of the last recipient that was taken from the list.
    pub taken_up_to: u64,
    /// Which recipient would have been next, if it was ended early: this one and all after it have
    /// not been sent to.
    pub next: Option<Recipient>,
    /// What ended it, if that was not the end of the list.
    pub stopped: Option<EarlyEnd>,
}

/// Why a campaign ended before its list did.
#[derive(Debug, thiserror::Error)]
pub enum EarlyEnd {
    /// It was told to, by its token.
    #[error("it was asked to stop")]
    Asked,
    /// No connection could be opened any more; this is why the last attempt failed.
    #[error("no connection can be opened: {0}")]
    NoConnection(String),
    /// The list could not be read any further.
    #[error("the recipients cannot be read any further: {0}")]
    List(#[source] io::Error),
    /// The journal could not be written any further. The mails in flight then are still in flight
    /// in it.
    #[error("the journal cannot be written: {0}")]
    Journal(#[source] io::Error),
    /// The list of failures could not be written any further.
    #[error("the list of failures cannot be written: {0}")]
    FailedList(#[source] io::Error),
}

impl CampaignSummary {
    /// Whether every line of the list was an address, and each of them has got the mail.
    pub fn all_sent(&self) -> bool {
        let failed = self.refused + self.gave_up + self.in_doubt + self.bad_lines;
        failed == 0 && self.waiting.is_empty() && self.stopped.is_none()
    }

    pub(super) fn count(&mut self, outcome: &RecipientOutcome) {
        *match outcome {
            RecipientOutcome::Sent => &mut self.sent,
            RecipientOutcome::Refused(_) => &mut self.refused,
            RecipientOutcome::GaveUp(_) => &mut self.gave_up,
            RecipientOutcome::InDoubt(_) => &mut self.in_doubt,
        } += 1;
    }
}

/// What the list has in the place of the journal's recipient.
fn place_of(list: &Option<Recipient>) -> String {
    match list {
        Some(list) => format!("has {} on line {}", list.address, list.number),
        None => "ends before".to_owned(),
    }
}

/// Why a journal cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// A recipient in the journal is not at this place of the list.
    #[error("the journal is of another list: it has {} on line {}, and the list {}",
        journal.address, journal.number, place_of(list))]
    AnotherList {
        /// The recipient in the journal.
        journal: Recipient,
        /// The one in the list instead.
        list: Option<Recipient>,
    },
    /// The list cannot be read.
    #[error("the recipients cannot be read: {0}")]
    List(#[source] io::Error),
    /// The journal cannot be read.
    #[error("the journal cannot be read: {0}")]
    Journal(#[source] io::Error),
}
