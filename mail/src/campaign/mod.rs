//! Mail to millions: one mail to each of a list that is read as it is used, over a few connections
//! that are reused.
//!
//! Twisted's tutorial does this with `coiterate`: a generator that sends one mail at each step, and
//! a reactor that does other things in between. What that leaves to its user is what is here:
//!
//! - **Bounded.** There are [`connections`](Settings::connections) workers, each with a connection.
//!   A worker takes the next recipient when it has a connection for it, so there are at most as
//!   many mails in flight as connections. To a server that offers PIPELINING it announces the next
//!   mail with the end of the one before it, so there the list is read one recipient further for
//!   each connection. So memory grows with the connections, and not with the recipients.
//! - **Responsive.** All workers share one task, and after each mail they spend some of tokio's
//!   budget: so others get the thread at least after every 128 mails, also when no mail ever has to
//!   wait for the network. A [`Heartbeat`] beside them sees it.
//! - **Complete.** Every recipient that is taken from the list has one [`RecipientOutcome`]. One
//!   that is refused for now waits, without keeping a connection from the others, and is tried
//!   again; not for ever, and not too many at once.
//! - **Not twice.** A mail is sent again only if the server cannot have it, or if you ask for it
//!   with [`IfInDoubt::SendAgain`]. When the connection breaks between the last byte of a mail and
//!   the reply, the server may or may not have it, and there is no way to tell: this is the one
//!   case that SMTP leaves open, and it is reported as what it is. An address that stands in the
//!   list twice does get two mails.
//! - **Interruptible.** A [`CancellationToken`] stops it: what is in flight is finished, nothing is
//!   begun. With a [`CampaignJournal`] the next run goes on from there, also if the program was
//!   killed.
//!
//! ```
//! use mail::campaign::{Campaign, OverSmtp, Recipient, RecipientFile, Settings};
//! use mail::smtp::{Address, Client, Envelope, Message, Timeouts};
//! # use mail::smtp::{Handler, Limits, Reply, Server, Transaction};
//! # struct Postbox;
//! # impl Handler for Postbox {
//! #     async fn recipient(&self, _: &Transaction, to: &Address) -> Reply {
//! #         match to.local_part() {
//! #             "bob" => Reply::no_such_mailbox("bob has moved"),
//! #             _ => Reply::accepted("fine"),
//! #         }
//! #     }
//! #     async fn message(&self, _: Transaction, _: bytes::Bytes) -> Reply {
//! #         Reply::accepted("fine")
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! # let server = listener.local_addr()?;
//! # tokio::spawn(Server::new(Postbox, Limits::default()).serve(listener, std::future::pending()));
//! let connect = || Client::connect(server, "client.example.net", Timeouts::default());
//! let news = Address::new("news@example.net")?;
//! let mail = |recipient: &Recipient| {
//!     let envelope = Envelope { from: Some(news.clone()), to: vec![recipient.address.clone()] };
//!     let text = format!("Subject: news\n\nDear {},\nthere are some.\n", recipient.address);
//!     Ok((envelope, Message::new(text)))
//! };
//! let list = RecipientFile::from_reader("ann@example.org\nbob@example.org\n".as_bytes());
//! let summary = Campaign::new(OverSmtp::new(connect, mail), Settings::default()).run(list).await?;
//! assert_eq!((summary.sent, summary.refused), (1, 1));
//! # Ok(())
//! # }
//! ```
//!
//! In reading order: this file, with the function `work` at its heart; `queue`, which knows which
//! recipient is next; `journal`.
//!
//! Dropping the future of [`run`](Campaign::run) drops the connections: the recipients in flight
//! are in doubt, and the journal has it so.
//!
//! [`CancellationToken`]: tokio_util::sync::CancellationToken
mod discard;
mod failed;
mod heartbeat;
mod journal;
mod outcome;
mod over_smtp;
mod queue;
mod recipients;
mod settings;

pub use discard::{Discard, made_up_recipients};
pub use failed::FailedList;
pub use heartbeat::Heartbeat;
pub use journal::{CampaignJournal, JournalError, Progress, Record, TakenRecipients, Unfinished};
pub use outcome::{
    AttemptOutcome, CampaignEvent, CampaignSummary, EarlyEnd, RecipientOutcome, ResumeError,
};
pub use over_smtp::{OverSmtp, SmtpConnection};
pub use recipients::{ListError, Recipient, RecipientFile};
pub use settings::{Backoff, IfInDoubt, Settings};

use futures::{StreamExt, stream::FuturesUnordered};
use queue::{Attempt, Next, Queue, QueueError};
use std::{cell::RefCell, num::NonZeroU32, time::Duration};
use tokio::{
    task::coop::consume_budget,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// Something that can carry mails, one after the other.
pub trait MailConnection {
    /// Sends the mail of one recipient. It ends by itself, so it has a deadline of its own.
    fn deliver(&mut self, recipient: &Recipient) -> impl Future<Output = AttemptOutcome>;

    /// The same, when the recipient of the next mail over this connection is known. A connection
    /// that can announce that mail early does so; by default it is ignored. The next mail may go
    /// elsewhere all the same, or nowhere.
    fn deliver_before(
        &mut self,
        recipient: &Recipient,
        _next: &Recipient,
    ) -> impl Future<Output = AttemptOutcome> {
        self.deliver(recipient)
    }

    /// Whether it makes use of knowing the next recipient. If not, none is taken from the list
    /// early.
    fn looks_ahead(&self) -> bool {
        false
    }

    /// Whether another mail can be sent over it.
    fn is_usable(&self) -> bool;

    /// Says goodbye. Nothing depends on it.
    fn close(self) -> impl Future<Output = ()>;
}

/// Where connections come from.
pub trait Connector {
    /// What it makes.
    type Connection: MailConnection;

    /// Opens a connection, within a deadline of its own; or says why it cannot.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, String>>;
}

/// A campaign that has not begun.
pub struct Campaign<'a, C> {
    /// Where the workers get their connections.
    connector: C,
    /// How many connections and attempts there are, and how long to wait.
    settings: Settings,
    /// Where to write what becomes of each recipient, and what is there from the runs before.
    journal: Option<(CampaignJournal, Progress)>,
    /// Where to list those that do not get the mail.
    failed: Option<FailedList>,
    /// Called with all that happens.
    on_event: Box<dyn FnMut(CampaignEvent<'_>) + 'a>,
    /// Cancelled from outside when the campaign is to end early.
    stop: CancellationToken,
}

impl<'a, C: Connector> Campaign<'a, C> {
    /// A campaign over connections of this kind, without a journal.
    pub fn new(connector: C, settings: Settings) -> Campaign<'a, C> {
        let on_event = Box::new(|_: CampaignEvent<'_>| {});
        let stop = CancellationToken::new();
        Campaign { connector, settings, journal: None, failed: None, on_event, stop }
    }

    /// Keeps a journal, and goes on from where the runs before have ended.
    pub fn journal(self, (journal, progress): (CampaignJournal, Progress)) -> Campaign<'a, C> {
        Campaign { journal: Some((journal, progress)), ..self }
    }

    /// Keeps a list of the recipients that did not get the mail.
    pub fn failed(self, failed: FailedList) -> Campaign<'a, C> {
        Campaign { failed: Some(failed), ..self }
    }

    /// Calls `on_event` with all that happens, as it happens. It should not take long.
    pub fn on_event(self, on_event: impl FnMut(CampaignEvent<'_>) + 'a) -> Campaign<'a, C> {
        Campaign { on_event: Box::new(on_event), ..self }
    }

    /// Ends early, in good order, when this token is cancelled.
    pub fn stop(self, stop: CancellationToken) -> Campaign<'a, C> {
        Campaign { stop, ..self }
    }

    /// Sends to all recipients on the list. Its `next` is called on this thread, when a connection
    /// is free.
    ///
    /// # Errors
    /// If there is a journal and it is not of this list. Nothing has been sent then. What goes
    /// wrong later is part of the [`CampaignSummary`].
    pub async fn run<I>(self, recipients: I) -> Result<CampaignSummary, ResumeError>
    where
        I: IntoIterator<Item = Result<Recipient, ListError>>,
    {
        let Campaign { connector, settings, journal, failed, on_event, stop } = self;
        let (journal, progress) =
            journal.map_or((None, None), |(journal, progress)| (Some(journal), Some(progress)));
        let mut queue = Queue::new(recipients.into_iter(), &settings, journal, failed, on_event);
        let mut failure = None;
        if let Some(progress) = progress {
            failure = queue.resume(&progress).await?.err();
        }
        // The workers end when one of them has met with a failure, too: hence a token of their own.
        let stop_workers = stop.child_token();
        let shared = Workers {
            connector,
            settings: &settings,
            nothing_left: stop_workers.child_token(),
            stop: stop_workers,
            queue: RefCell::new(queue),
            pace: settings.per_second.map(|number| tokio::sync::Mutex::new(pace(number))),
        };
        let mut no_connection = None;
        if failure.is_none() {
            let mut workers: FuturesUnordered<_> =
                (0..settings.connections.get()).map(|_| shared.work()).collect();
            while let Some(end) = workers.next().await {
                match end {
                    Ok(()) => {}
                    Err(WorkerError::NoConnection(why)) => no_connection = Some(why),
                    Err(WorkerError::Failed(why)) => {
                        failure.get_or_insert(why);
                        shared.stop.cancel();
                    }
                }
            }
        }
        // In any case: it also looks which recipient would have been next.
        let is_done = shared.queue.borrow_mut().is_done();
        let stopped = match (failure, no_connection) {
            (Some(QueueError::List(error)), _) => Some(EarlyEnd::List(error)),
            (Some(QueueError::Journal(error)), _) => Some(EarlyEnd::Journal(error)),
            (Some(QueueError::FailedList(error)), _) => Some(EarlyEnd::FailedList(error)),
            _ if is_done => None,
            _ if stop.is_cancelled() => Some(EarlyEnd::Asked),
            (None, why) => Some(EarlyEnd::NoConnection(why.unwrap_or_default())),
        };
        Ok(shared.queue.into_inner().finish(stopped))
    }
}

/// Why a worker ended before the work was done.
enum WorkerError {
    /// Its attempts to connect are used up; why the last one failed.
    NoConnection(String),
    /// The list, the journal or the list of failures: no other worker can go on either.
    Failed(QueueError),
}

impl From<QueueError> for WorkerError {
    fn from(failure: QueueError) -> WorkerError {
        WorkerError::Failed(failure)
    }
}

/// A tick for each mail that may begin. After a pause the mails that were missed are not made up
/// for: a server that asked for a number of mails a second means each second.
fn pace(per_second: NonZeroU32) -> Interval {
    let mut pace =
        interval((Duration::from_secs(1) / per_second.get()).max(Duration::from_nanos(1)));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pace
}

/// What the workers share.
struct Workers<'a, C, I> {
    /// Where each worker gets its connection.
    connector: C,
    /// How often to try to connect, and how long to wait in between.
    settings: &'a Settings,
    /// Cancelled when all are to end: from outside, or because one of them has failed.
    stop: CancellationToken,
    /// Cancelled when a worker that has nothing in flight can end; as a child of `stop`, also
    /// when all are to end.
    nothing_left: CancellationToken,
    /// Which recipient is next. Never borrowed across an `await`, so no borrow can fail.
    queue: RefCell<Queue<'a, I>>,
    /// When the next mail may begin, if there is a limit per second. It is locked while a worker
    /// waits for that moment, so that the workers begin one after the other.
    pace: Option<tokio::sync::Mutex<Interval>>,
}

impl<C: Connector, I: Iterator<Item = Result<Recipient, ListError>>> Workers<'_, C, I> {
    /// A worker: a connection, and one recipient after the other.
    async fn work(&self) -> Result<(), WorkerError> {
        let mut connection = None;
        let mut ahead = None;
        let end = self.work_with(&mut connection, &mut ahead).await;
        if let Some(attempt) = ahead {
            self.queue.borrow_mut().give_back(attempt, Instant::now());
        }
        match connection {
            Some(connection) if end.is_ok() => C::Connection::close(connection).await,
            _ => {}
        }
        end
    }

    /// What it does until there is no more to do. `ahead` is a recipient that was taken from the
    /// list early, so that the mail before it could announce it.
    async fn work_with(
        &self,
        connection: &mut Option<C::Connection>,
        ahead: &mut Option<Attempt>,
    ) -> Result<(), WorkerError> {
        loop {
            // A connection first: so no recipient is taken from the list without one. Other workers
            // may find that nothing is left while this one still has a recipient.
            let fresh = connection.is_none();
            let unless = if ahead.is_some() { &self.stop } else { &self.nothing_left };
            let mut open = match connection.take() {
                Some(open) => open,
                None => match self.connect(unless).await? {
                    Some(open) => open,
                    None => return Ok(()),
                },
            };
            let next = match ahead.take() {
                Some(attempt) => self.begin(attempt, ahead).await?,
                None => self.next().await?,
            };
            let Some(attempt) = next else {
                *connection = Some(open);
                return Ok(());
            };
            // If the list cannot be read any further, this recipient gets its mail all the same.
            let mut failure = None;
            if open.looks_ahead() && self.pace.is_none() && !self.stop.is_cancelled() {
                match self.queue.borrow_mut().take_ahead(Instant::now()) {
                    Ok(attempt) => *ahead = attempt,
                    Err(error) => failure = Some(error),
                }
            }
            let mut outcome = match ahead {
                Some(next) => open.deliver_before(&attempt.recipient, &next.recipient).await,
                None => open.deliver(&attempt.recipient).await,
            };
            if let (AttemptOutcome::Lost(why), false) = (&outcome, fresh) {
                // The server may have closed it while it was idle, or after a number of mails. That
                // says nothing about the recipient. The old connection goes first: a server with a
                // limit for each client would count both.
                drop(open);
                match self.connect(&self.stop).await {
                    Ok(Some(another)) => open = another,
                    nothing => {
                        self.queue.borrow_mut().put_back(attempt, why, Instant::now())?;
                        return nothing.map(drop);
                    }
                }
                outcome = open.deliver(&attempt.recipient).await;
            }
            self.queue.borrow_mut().complete(attempt, outcome, Instant::now())?;
            if let Some(failure) = failure {
                return Err(failure.into());
            }
            if open.is_usable() {
                *connection = Some(open);
            }
        }
    }

    /// Begins with a recipient that was taken early; leaves it where it was if the campaign has
    /// been told to stop.
    async fn begin(
        &self,
        attempt: Attempt,
        ahead: &mut Option<Attempt>,
    ) -> Result<Option<Attempt>, QueueError> {
        consume_budget().await;
        if self.stop.is_cancelled() {
            *ahead = Some(attempt);
            return Ok(None);
        }
        self.queue.borrow_mut().begin(attempt).map(Some)
    }

    /// The next recipient, once there is one; `None` if there will be none.
    async fn next(&self) -> Result<Option<Attempt>, QueueError> {
        let mut may_begin = false;
        while !self.stop.is_cancelled() {
            if let (Some(pace), false) = (&self.pace, may_begin) {
                let due = async { pace.lock().await.tick().await };
                if self.stop.run_until_cancelled(due).await.is_none() {
                    return Ok(None);
                }
                may_begin = true;
            }
            // Where mails are never waited for, this is where other tasks get to run. It comes
            // before a recipient is taken from the list, so that none counts as in flight that
            // is not.
            consume_budget().await;
            let next = self.queue.borrow_mut().next(Instant::now())?;
            match next {
                Next::Attempt(attempt) => return Ok(Some(attempt)),
                Next::BadLine => {}
                Next::WaitUntil(due) => {
                    let _ = self.stop.run_until_cancelled(sleep_until(due)).await;
                    // The moment at which this worker could begin a mail has passed. If all idle
                    // workers kept theirs, they would begin their mails at once.
                    may_begin = false;
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
    async fn connect(
        &self,
        unless: &CancellationToken,
    ) -> Result<Option<C::Connection>, WorkerError> {
        let mut attempts = 0;
        loop {
            let why = match unless.run_until_cancelled(self.connector.connect()).await {
                None => return Ok(None),
                Some(Ok(connection)) => return Ok(Some(connection)),
                Some(Err(why)) => why,
            };
            attempts += 1;
            self.queue.borrow_mut().not_connected(&why);
            if attempts >= self.settings.attempts.get() {
                return Err(WorkerError::NoConnection(why));
            }
            let _ = unless.run_until_cancelled(sleep(self.settings.backoff.after(attempts))).await;
        }
    }
}
