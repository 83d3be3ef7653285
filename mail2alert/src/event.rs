//! What the relay does, step by step: for its log, and for a drawing.
use super::{ledger::LedgerError, rest::RestError};
use mail::smtp::Address;
use std::{fmt, sync::Arc, time::Duration};

/// Is called with each step, on the task that takes it.
pub type Observer = Arc<dyn Fn(&RelayEvent) + Send + Sync>;

/// A step.
#[derive(Clone, Debug)]
pub enum RelayEvent {
    /// A mail has come.
    Came {
        /// Its subject.
        subject: String,
    },
    /// The REST API is asked.
    Asks {
        /// For what.
        path: String,
    },
    /// The REST API has answered, or not.
    Asked {
        /// What was asked for.
        path: String,
        /// What went wrong, if it failed.
        error: Option<RestError>,
    },
    /// Facts are used although they are old.
    Stale {
        /// How old.
        age: Duration,
        /// Why there are none that are newer.
        error: RestError,
    },
    /// The mail is sent on.
    Sends {
        /// The recipients.
        to: Vec<Address>,
    },
    /// The mail server has answered, or not.
    Sent {
        /// What became of it.
        outcome: String,
    },
    /// The mail is answered.
    Answered(MailOutcome),
    /// How the stages ended is not known at the start.
    NoBaseline(RestError),
    /// The ledger cannot be written, from now on.
    LedgerFails(LedgerError),
    /// The ledger can be written again, and has what could not be written meanwhile.
    LedgerWorksAgain,
}

/// What became of a mail.
#[derive(Clone, Debug)]
pub struct MailOutcome {
    /// The sender.
    pub from: Option<Address>,
    /// The recipients.
    pub to: Vec<Address>,
    /// Its subject.
    pub subject: String,
    /// What was decided about it and what came of that.
    pub why: String,
    /// What the Notifyer was told.
    pub code: u16,
}

/// In one line, as for a log.
impl fmt::Display for RelayEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RelayEvent::Came { subject } => write!(f, "a mail has come: {subject:?}"),
            RelayEvent::Asks { path } => write!(f, "GET {path}"),
            RelayEvent::Asked { path, error: None } => write!(f, "{path} is there"),
            RelayEvent::Asked { path, error: Some(error) } => {
                write!(f, "{path} is missing: {error}")
            }
            RelayEvent::Stale { age, error } => {
                write!(f, "the pipeline groups of {} s ago are used: {error}", age.as_secs())
            }
            RelayEvent::Sends { to } => write!(f, "send it on to {}", list(to)),
            RelayEvent::Sent { outcome } => write!(f, "{outcome}"),
            RelayEvent::Answered(ended) => ended.fmt(f),
            RelayEvent::NoBaseline(error) => {
                write!(
                    f,
                    "how the stages ended is not known yet: {error}; \
                        the first notification will ask again"
                )
            }
            RelayEvent::LedgerFails(error) => {
                write!(f, "{error}; until it can be, a crash costs duplicates")
            }
            RelayEvent::LedgerWorksAgain => write!(f, "the ledger can be written again"),
        }
    }
}

impl fmt::Display for MailOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MailOutcome { from, to, subject, why, code } = self;
        let from = from.as_ref().map_or("", Address::as_str);
        // In quotes, nothing of a subject can look like another line, or like something that we
        // say.
        write!(f, "{code} from <{from}> to {}, {subject:?}: {why}", list(to))
    }
}

fn list(addresses: &[Address]) -> String {
    let addresses: Vec<String> = addresses.iter().map(|address| format!("<{address}>")).collect();
    addresses.join(" ")
}
