//! A post office for tests: it does with each recipient what it was told to, and remembers all of
//! it.
use mail::campaign::{
    AttemptOutcome, Backoff, Connector, ListError, MailConnection, Recipient, Settings,
};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// What happens in an attempt, after the time that each takes.
#[derive(Clone, Debug)]
pub enum Act {
    Answer(AttemptOutcome),
    /// It comes in, after this many milliseconds more.
    Takes(u64),
    /// It comes in, and then the connection ends without a reply.
    SwallowAndHangUp,
    /// The connection ends before the mail does.
    HangUp,
}

pub struct Post {
    pub begin: Instant,
    /// How long an attempt takes.
    pub takes: Duration,
    /// What is done with each recipient, attempt by attempt; nothing special is to be sent.
    pub acts: RefCell<BTreeMap<u64, VecDeque<Act>>>,
    /// The recipients that have got a mail, and when.
    pub got: RefCell<Vec<(u64, u64)>>,
    /// When an attempt began, and for which recipient.
    pub attempts: RefCell<Vec<(u64, u64)>>,
    /// How many connections can be opened from now on, and the failures that come first.
    pub connections_left: Cell<usize>,
    pub connect_failures: Cell<usize>,
    pub connected: Cell<usize>,
    pub tried_to_connect: RefCell<Vec<u64>>,
    /// After how many mails the server closes a connection.
    pub mails_per_connection: Cell<usize>,
    pub closed: Cell<usize>,
    in_flight: Cell<usize>,
    pub peak: Cell<usize>,
}

impl Post {
    pub fn new(takes: u64) -> Post {
        Post {
            begin: Instant::now(),
            takes: Duration::from_millis(takes),
            acts: RefCell::default(),
            got: RefCell::default(),
            attempts: RefCell::default(),
            connections_left: Cell::new(usize::MAX),
            connect_failures: Cell::new(0),
            connected: Cell::new(0),
            tried_to_connect: RefCell::default(),
            mails_per_connection: Cell::new(usize::MAX),
            closed: Cell::new(0),
            in_flight: Cell::new(0),
            peak: Cell::new(0),
        }
    }

    pub fn act(self, number: u64, acts: impl IntoIterator<Item = Act>) -> Post {
        self.acts.borrow_mut().insert(number, acts.into_iter().collect());
        self
    }

    pub fn now(&self) -> u64 {
        self.begin.elapsed().as_millis() as u64
    }

    /// How many mails each recipient has got.
    pub fn mails(&self) -> BTreeMap<u64, usize> {
        let mut mails = BTreeMap::new();
        for (_, number) in &*self.got.borrow() {
            *mails.entry(*number).or_insert(0) += 1;
        }
        mails
    }

    /// When each attempt for a recipient began, in milliseconds.
    pub fn attempts_for(&self, number: u64) -> Vec<u64> {
        self.attempts.borrow().iter().filter(|(_, of)| *of == number).map(|(at, _)| *at).collect()
    }
}

pub struct Line<'a> {
    post: &'a Post,
    mails: usize,
    broken: bool,
}

impl<'a> Connector for &'a Post {
    type Connection = Line<'a>;

    async fn connect(&self) -> Result<Line<'a>, String> {
        self.tried_to_connect.borrow_mut().push(self.now());
        if self.connect_failures.get() > 0 {
            self.connect_failures.set(self.connect_failures.get() - 1);
            return Err("no server listens".into());
        }
        match self.connections_left.get().checked_sub(1) {
            Some(left) => self.connections_left.set(left),
            None => return Err("too many connections".into()),
        }
        self.connected.set(self.connected.get() + 1);
        Ok(Line { post: self, mails: 0, broken: false })
    }
}

/// One mail in flight, for as long as it lives.
struct InFlight<'a>(&'a Post);

impl<'a> InFlight<'a> {
    fn new(post: &'a Post) -> InFlight<'a> {
        post.in_flight.set(post.in_flight.get() + 1);
        post.peak.set(post.peak.get().max(post.in_flight.get()));
        InFlight(post)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.set(self.0.in_flight.get() - 1);
    }
}

impl MailConnection for Line<'_> {
    async fn deliver(&mut self, recipient: &Recipient) -> AttemptOutcome {
        assert!(!self.broken, "a broken connection is used again");
        let (post, number) = (self.post, recipient.number);
        let _in_flight = InFlight::new(post);
        post.attempts.borrow_mut().push((post.now(), number));
        if self.mails == post.mails_per_connection.get() {
            self.broken = true;
            return AttemptOutcome::Lost("closed by the server".into());
        }
        self.mails += 1;
        if !post.takes.is_zero() {
            sleep(post.takes).await;
        }
        let act = post.acts.borrow_mut().get_mut(&number).and_then(VecDeque::pop_front);
        let arrives = || post.got.borrow_mut().push((post.now(), number));
        match act {
            None | Some(Act::Answer(AttemptOutcome::Sent)) => {
                arrives();
                AttemptOutcome::Sent
            }
            Some(Act::Takes(ms)) => {
                sleep(Duration::from_millis(ms)).await;
                arrives();
                AttemptOutcome::Sent
            }
            Some(Act::Answer(outcome)) => outcome,
            Some(Act::SwallowAndHangUp) => {
                arrives();
                self.broken = true;
                AttemptOutcome::InDoubt("closed before the reply".into())
            }
            Some(Act::HangUp) => {
                self.broken = true;
                AttemptOutcome::Lost("closed in the middle".into())
            }
        }
    }

    fn is_usable(&self) -> bool {
        !self.broken
    }

    async fn close(self) {
        self.post.closed.set(self.post.closed.get() + 1);
    }
}

/// The recipients 1 to `count`.
pub fn list(count: u64) -> impl Iterator<Item = Result<Recipient, ListError>> {
    (1..=count).map(|number| Ok(recipient(number)))
}

pub fn recipient(number: u64) -> Recipient {
    Recipient { number, address: format!("r{number}@example.org").parse().unwrap() }
}

pub fn not_now() -> Act {
    Act::Answer(AttemptOutcome::NotNow("451 later".into()))
}

pub fn refused() -> Act {
    Act::Answer(AttemptOutcome::Refused("550 no such user".into()))
}

/// This many connections; three attempts, the later ones after 1 and 2 s.
pub fn settings(connections: usize) -> Settings {
    Settings {
        connections: NonZeroUsize::new(connections).unwrap(),
        attempts: NonZeroU32::new(3).unwrap(),
        backoff: Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(60) },
        ..Settings::default()
    }
}
