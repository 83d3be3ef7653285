//! Mail to millions: one mail to each of a list that is read as it is used, over a few connections that are reused.
//!
//! Twisted's tutorial does this with `coiterate`: a generator that sends one mail at each step, and a reactor that does
//! other things in between. What that leaves to its user is what is here:
//!
//! - **Bounded.** There are [`connections`](Settings::connections) workers, each with a connection. A worker takes the
//!   next recipient when it has a connection for it and nothing else to do, so at most so many are in flight, and the list
//!   is never more than so many ahead of them. That makes memory a matter of connections and not of recipients.
//! - **Responsive.** All workers share one task, and after each mail they spend some of tokio's budget: so others get the
//!   thread at least after every 128 mails, also when no mail ever has to wait for the network. A [`Heartbeat`] beside
//!   them sees it.
//! - **Complete.** Everybody who is taken from the list has one [`Fate`]. Who is refused for now waits, without keeping a
//!   connection from the others, and is tried again; not for ever, and not too many at once.
//! - **Not twice.** A mail is sent again only if the server cannot have it, or if one asks for it with
//!   [`IfInDoubt::SendAgain`]. When the connection breaks between the last byte of a mail and the reply, the server may
//!   or may not have it, and nobody can find out: this is the one case that SMTP leaves open, and it is reported as what it
//!   is. An address that stands in the list twice does get two mails.
//! - **Interruptible.** A [`CancellationToken`] stops it: what is in flight is finished, nothing is begun. With a
//!   [`Journal`] the next run goes on from there, also if the program was killed.
//!
//! Dropping the future of [`run`](Campaign::run) drops the connections: whoever was in flight is in doubt, and the journal
//! has it so.
//!
//! [`CancellationToken`]: tokio_util::sync::CancellationToken
mod desk;
mod failed;
mod heartbeat;
mod journal;
mod over_smtp;
mod recipients;

pub use failed::FailedList;
pub use heartbeat::Heartbeat;
pub use journal::{Journal, JournalError, Open, Past, Step, Taken};
pub use over_smtp::{OverSmtp, SmtpConnection};
pub use recipients::{ListError, Recipient, RecipientFile};

use desk::{Desk, Failure, Job, Next};
use futures::{StreamExt, stream::FuturesUnordered};
use std::{
    cell::RefCell,
    fmt::{self, Display},
    io,
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};
use tokio::{
    task::coop::consume_budget,
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// Something that can carry mails, one after the other.
pub trait Connection {
    /// Sends the mail of one recipient. It ends by itself, so it has a deadline of its own.
    fn deliver(&mut self, recipient: &Recipient) -> impl Future<Output = Outcome>;

    /// Whether another mail can be sent over it.
    fn is_usable(&self) -> bool;

    /// Says goodbye. Nothing depends on it.
    fn close(self) -> impl Future<Output = ()>;
}

/// Where connections come from.
pub trait Connector {
    /// What it makes.
    type Connection: Connection;

    /// Opens a connection, within a deadline of its own; or says why it cannot.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, String>>;
}

/// What became of an attempt to send a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server has it.
    Sent,
    /// The server does not want it.
    Refused(String),
    /// The server does not want it now.
    NotNow(String),
    /// The connection ended before the mail did: the server cannot have it.
    Lost(String),
    /// The connection ended after the mail and before the reply: the server may have it.
    InDoubt(String),
}

/// What became of a recipient in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The server has the mail.
    Sent,
    /// The server does not want it.
    Refused(String),
    /// It was tried as often as is allowed.
    GaveUp(String),
    /// The server may have it.
    InDoubt(String),
}

impl Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::Sent => f.write_str("sent"),
            Fate::Refused(why) => write!(f, "refused: {why}"),
            Fate::GaveUp(why) => write!(f, "given up: {why}"),
            Fate::InDoubt(why) => write!(f, "in doubt, may have been sent: {why}"),
        }
    }
}

/// What to do when nobody knows whether the server has a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfInDoubt {
    /// Leave it at that, and say so: everybody gets at most one mail.
    #[default]
    Leave,
    /// Send it again: everybody gets at least one mail.
    SendAgain,
}

/// How long to wait for the next attempt: twice as long each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first attempt.
    pub first: Duration,
    /// But never longer than this.
    pub longest: Duration,
}

impl Backoff {
    /// How long to wait after so many failed attempts, of which there has been one at least.
    pub fn after(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

/// How a campaign goes about it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many connections there are, and so how many mails are in flight at most.
    pub connections: NonZeroUsize,
    /// How often a mail is tried, and a connection.
    pub attempts: NonZeroU32,
    /// How long to wait in between.
    pub backoff: Backoff,
    /// While so many wait for another attempt, nobody else is taken from the list. Those who are in flight at that moment
    /// may still come to wait, too.
    pub most_waiting: NonZeroUsize,
    /// What to do when nobody knows.
    pub if_in_doubt: IfInDoubt,
}

impl Default for Settings {
    /// 10 connections; 5 attempts, after 1, 2, 4 and 8 s; at most 10,000 wait; what is in doubt is left.
    fn default() -> Settings {
        Settings {
            connections: NonZeroUsize::new(10).expect("it is not 0"),
            attempts: NonZeroU32::new(5).expect("it is not 0"),
            backoff: Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(60) },
            most_waiting: NonZeroUsize::new(10_000).expect("it is not 0"),
            if_in_doubt: IfInDoubt::Leave,
        }
    }
}

/// What happens in a campaign, for whoever wants to show it.
#[derive(Debug)]
pub enum Event<'a> {
    /// This line of the list is no address, and why.
    BadLine(u64, &'a str),
    /// An attempt begins.
    Begins(&'a Recipient),
    /// An attempt has failed, or could not be made, and there will be another.
    Waits {
        /// Whose.
        recipient: &'a Recipient,
        /// How many have failed.
        attempts: u32,
        /// When the next can be made.
        until: Instant,
        /// Why it failed.
        why: &'a str,
    },
    /// This is what became of a recipient.
    Ends(&'a Recipient, &'a Fate),
    /// A connection could not be opened, and why.
    NotConnected(&'a str),
}

/// What a campaign has come to.
#[derive(Debug, Default)]
pub struct Summary {
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
    /// Who has been refused for now and would be tried again: certainly not sent.
    pub waiting: Vec<Recipient>,
    /// The number of the last recipient who was taken from the list.
    pub taken_up_to: u64,
    /// Who would have been next, if it was ended early: this one and all after it have not been sent to.
    pub next: Option<Recipient>,
    /// What ended it, if that was not the end of the list.
    pub stopped: Option<Stopped>,
}

/// Why a campaign ended before its list did.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// Somebody asked it to.
    #[error("it was asked to stop")]
    Asked,
    /// There was no connection to be had any more; this is what the last attempt met with.
    #[error("there is no connection to be had: {0}")]
    NoConnection(String),
    /// The list could not be read any further.
    #[error("the recipients cannot be read any further: {0}")]
    List(#[source] io::Error),
    /// The journal could not be written any further. Whoever was in flight then is still in flight in it.
    #[error("the journal cannot be written: {0}")]
    Journal(#[source] io::Error),
    /// The list of failures could not be written any further.
    #[error("the list of failures cannot be written: {0}")]
    FailedList(#[source] io::Error),
}

impl Summary {
    /// Whether everybody on the list has got the mail. Lines that are no address do not count.
    pub fn all_sent(&self) -> bool {
        let failed = self.refused + self.gave_up + self.in_doubt;
        failed == 0 && self.waiting.is_empty() && self.stopped.is_none()
    }

    fn count(&mut self, fate: &Fate) {
        *match fate {
            Fate::Sent => &mut self.sent,
            Fate::Refused(_) => &mut self.refused,
            Fate::GaveUp(_) => &mut self.gave_up,
            Fate::InDoubt(_) => &mut self.in_doubt,
        } += 1;
    }
}

/// Why one cannot go on with a journal.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// Somebody in the journal is not at this place of the list.
    #[error("the journal is of another list: it has {} on line {}, and the list {}", journal.address, journal.number,
        list.as_ref().map_or("ends before".to_owned(), |list| format!("has {} on line {}", list.address, list.number)))]
    AnotherList {
        /// Who stands in the journal.
        journal: Recipient,
        /// Who stands in the list instead.
        list: Option<Recipient>,
    },
    /// The list cannot be read.
    #[error("the recipients cannot be read: {0}")]
    List(#[source] io::Error),
    /// The journal cannot be read.
    #[error("the journal cannot be read: {0}")]
    Journal(#[source] io::Error),
}

/// A campaign that has not begun.
pub struct Campaign<'a, C> {
    connector: C,
    settings: Settings,
    journal: Option<(Journal, Past)>,
    failed: Option<FailedList>,
    watch: Box<dyn FnMut(Event<'_>) + 'a>,
    stop: CancellationToken,
}

impl<'a, C: Connector> Campaign<'a, C> {
    /// A campaign over connections of this kind, without a journal.
    pub fn new(connector: C, settings: Settings) -> Campaign<'a, C> {
        let (watch, stop) = (Box::new(|_: Event<'_>| {}), CancellationToken::new());
        Campaign { connector, settings, journal: None, failed: None, watch, stop }
    }

    /// Keeps a journal, and goes on from where the runs before have ended.
    pub fn journal(self, (journal, past): (Journal, Past)) -> Campaign<'a, C> {
        Campaign { journal: Some((journal, past)), ..self }
    }

    /// Keeps a list of those who did not get the mail.
    pub fn failed(self, failed: FailedList) -> Campaign<'a, C> {
        Campaign { failed: Some(failed), ..self }
    }

    /// Calls `watch` with all that happens, as it happens. It should not take long.
    pub fn watch(self, watch: impl FnMut(Event<'_>) + 'a) -> Campaign<'a, C> {
        Campaign { watch: Box::new(watch), ..self }
    }

    /// Ends early, in good order, when this token is cancelled.
    pub fn stop(self, stop: CancellationToken) -> Campaign<'a, C> {
        Campaign { stop, ..self }
    }

    /// Sends to everybody on the list. Its `next` is called on this thread, when a connection is free.
    ///
    /// # Errors
    /// If there is a journal and it is not of this list. Nothing has been sent then. What goes wrong later is part of the
    /// [`Summary`].
    pub async fn run<I>(self, recipients: I) -> Result<Summary, ResumeError>
    where
        I: IntoIterator<Item = Result<Recipient, ListError>>,
    {
        let Campaign { connector, settings, journal, failed, watch, stop } = self;
        let (journal, past) = journal.map_or((None, None), |(journal, past)| (Some(journal), Some(past)));
        let mut desk = Desk::new(recipients.into_iter(), &settings, journal, failed, watch);
        let mut failure = None;
        if let Some(past) = past {
            failure = desk.go_on(&past).await?.err();
        }
        // The workers end when one of them has met with a failure, too: hence a token of their own.
        let crew_stop = stop.child_token();
        let crew = Crew {
            connector,
            settings: &settings,
            nothing_left: crew_stop.child_token(),
            stop: crew_stop,
            desk: RefCell::new(desk),
        };
        let mut no_connection = None;
        if failure.is_none() {
            let mut workers: FuturesUnordered<_> = (0..settings.connections.get()).map(|_| crew.work()).collect();
            while let Some(end) = workers.next().await {
                match end {
                    Ok(()) => {}
                    Err(Ended::NoConnection(why)) => no_connection = Some(why),
                    Err(Ended::Failed(why)) => {
                        failure.get_or_insert(why);
                        crew.stop.cancel();
                    }
                }
            }
        }
        let stopped = match (failure, no_connection) {
            (Some(Failure::List(error)), _) => Some(Stopped::List(error)),
            (Some(Failure::Journal(error)), _) => Some(Stopped::Journal(error)),
            (Some(Failure::FailedList(error)), _) => Some(Stopped::FailedList(error)),
            _ if crew.desk.borrow_mut().is_done() => None,
            _ if stop.is_cancelled() => Some(Stopped::Asked),
            (None, why) => Some(Stopped::NoConnection(why.unwrap_or_default())),
        };
        Ok(crew.desk.into_inner().finish(stopped))
    }
}

/// Why a worker went home before the work was done.
enum Ended {
    NoConnection(String),
    Failed(Failure),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Ended {
        Ended::Failed(failure)
    }
}

/// What the workers share.
struct Crew<'a, C, I> {
    connector: C,
    settings: &'a Settings,
    stop: CancellationToken,
    /// Cancelled when a worker who has nothing in flight can go home; as a child of `stop`, also when all are to.
    nothing_left: CancellationToken,
    desk: RefCell<Desk<'a, I>>,
}

impl<C: Connector, I: Iterator<Item = Result<Recipient, ListError>>> Crew<'_, C, I> {
    /// A worker: a connection, and one recipient after the other.
    async fn work(&self) -> Result<(), Ended> {
        let mut connection = None;
        loop {
            // A connection first: so nobody is taken from the list for whom there is none.
            let fresh = connection.is_none();
            let mut open = match connection.take() {
                Some(open) => open,
                None => match self.connect(&self.nothing_left).await? {
                    Some(open) => open,
                    None => return Ok(()),
                },
            };
            let Some(job) = self.next().await? else {
                open.close().await;
                return Ok(());
            };
            let mut outcome = open.deliver(&job.recipient).await;
            if let (Outcome::Lost(why), false) = (&outcome, fresh) {
                // The server may have closed it while it was idle, or after so many mails. That is nobody's failure.
                match self.connect(&self.stop).await {
                    Ok(Some(another)) => open = another,
                    nothing => {
                        self.desk.borrow_mut().put_back(job, why, Instant::now())?;
                        return nothing.map(drop);
                    }
                }
                outcome = open.deliver(&job.recipient).await;
            }
            self.desk.borrow_mut().settle(job, outcome, Instant::now())?;
            connection = open.is_usable().then_some(open);
        }
    }

    /// The next recipient, once there is one; `None` if there will be none.
    async fn next(&self) -> Result<Option<Job>, Failure> {
        while !self.stop.is_cancelled() {
            // Where mails are never waited for, this is where the others get their turn. It comes before somebody is
            // taken from the list, so that nobody counts as in flight who is not.
            consume_budget().await;
            let next = self.desk.borrow_mut().next(Instant::now())?;
            match next {
                Next::Job(job) => return Ok(Some(job)),
                Next::BadLine => {}
                Next::WaitUntil(due) => {
                    let _ = self.stop.run_until_cancelled(sleep_until(due)).await;
                }
                Next::Nothing => {
                    self.nothing_left.cancel();
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    /// A new connection; `None` if it is not wanted any more.
    async fn connect(&self, unless: &CancellationToken) -> Result<Option<C::Connection>, Ended> {
        let mut attempts = 0;
        loop {
            let why = match unless.run_until_cancelled(self.connector.connect()).await {
                None => return Ok(None),
                Some(Ok(connection)) => return Ok(Some(connection)),
                Some(Err(why)) => why,
            };
            attempts += 1;
            self.desk.borrow_mut().not_connected(&why);
            if attempts >= self.settings.attempts.get() {
                return Err(Ended::NoConnection(why));
            }
            let _ = unless.run_until_cancelled(sleep(self.settings.backoff.after(attempts))).await;
        }
    }
}
