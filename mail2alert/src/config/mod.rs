//! The configuration: a file in TOML, read strictly. What is not understood is an error, since a
//! rule that is silently ignored is a mail that never comes.
mod check;
mod quantity;
mod reference;
mod written;

pub use quantity::{duration, parse_duration, parse_size};
pub use reference::explain;

use super::{
    addresses::{EnvelopeAddress, OwnAddress},
    cache::CachePolicy,
    ledger::Bounds,
    rest::HttpTimeouts,
    rules::Rule,
};
use mail::smtp::BareNewlines;
use std::{fmt, path::PathBuf, time::Duration};

/// How the relay is to work. [`Config::parse`] makes one, and what it makes is consistent.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen: host and port.
    pub listen: String,
    /// What the relay calls itself.
    pub hostname: String,
    /// The addresses that it takes mail for.
    pub recipients: Vec<OwnAddress>,
    /// The reader of mail to the postmaster, and of notices about mail that was refused.
    pub postmaster: EnvelopeAddress,
    /// What is a notification.
    pub notifications: Notifications,
    /// The mail server behind.
    pub downstream: Downstream,
    /// The build server.
    pub rest: Rest,
    /// What is remembered.
    pub ledger: LedgerFile,
    /// How much, and how long.
    pub limits: RelayLimits,
    /// Which notification goes where.
    pub rules: Vec<Rule>,
}

/// What is a notification, and so goes where the rules say. All other mail passes through.
#[derive(Clone, Debug)]
pub struct Notifications {
    /// Mail to one of these is a notification. Its other recipients get it as it is.
    pub to: Vec<EnvelopeAddress>,
    /// Mail from one of these is a notification, to whatever address.
    pub from: Vec<EnvelopeAddress>,
    /// What becomes of a notification that no rule is about.
    pub unmatched: Unmatched,
}

/// What becomes of a notification that no rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmatched {
    /// It passes through, like all other mail.
    Pass,
    /// It goes to no address.
    Drop,
}

/// The mail server behind.
#[derive(Clone, Debug)]
pub struct Downstream {
    /// Its host and port.
    pub server: String,
    /// The most connections to it at the same time.
    pub connections: usize,
    /// How long to wait for each of its replies.
    pub timeout: Duration,
}

/// The build server.
#[derive(Clone)]
pub struct Rest {
    /// Its host and port, to connect to.
    pub server: String,
    /// Its host, and its port if that is not 80: what it calls itself.
    pub host: String,
    /// The path of its pipeline groups.
    pub pipeline_groups: String,
    /// The path of its `cctray.xml`.
    pub cctray: String,
    /// The user to ask as, and its password.
    pub credentials: Option<(String, String)>,
    /// How long to wait for an answer.
    pub timeouts: HttpTimeouts,
    /// The longest answer, in bytes.
    pub longest: usize,
    /// How long an answer is good for.
    pub keep: CachePolicy,
}

/// The password must not get into a log.
impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.credentials.as_ref().map(|(user, _)| user);
        let server = &self.server;
        let groups = &self.pipeline_groups;
        let cctray = &self.cctray;
        write!(
            f,
            "Rest {{ server: {server:?}, pipeline_groups: {groups:?}, cctray: {cctray:?}, \
                user: {user:?}, .. }}"
        )
    }
}

/// What is remembered, and where.
#[derive(Clone, Debug)]
pub struct LedgerFile {
    /// The file.
    pub file: PathBuf,
    /// How much.
    pub bounds: Bounds,
}

/// How much, and how long.
#[derive(Clone, Copy, Debug)]
pub struct RelayLimits {
    /// From the end of a mail until it is acknowledged or refused: what takes longer is to be tried
    /// again.
    pub answer: Duration,
    /// The largest mail, in bytes.
    pub message: usize,
    /// All mails together, in bytes.
    pub memory: usize,
    /// The most recipients of a mail.
    pub recipients: usize,
    /// The most connections at the same time.
    pub connections: usize,
    /// The most servers that may have had a mail before: one more, and it goes round in circles.
    pub hops: usize,
    /// For what is in flight when the relay is told to stop.
    pub shutdown: Duration,
    /// What becomes of CR or LF on their own.
    pub bare_newlines: BareNewlines,
}

/// Something that is wrong in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}; {remedy}")]
pub struct ConfigError {
    /// In which line, beginning with 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}
