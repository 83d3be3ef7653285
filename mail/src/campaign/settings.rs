//! How a campaign goes about it.
use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

/// What to do when it cannot be known whether the server has a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfInDoubt {
    /// Leave it at that, and say so: every recipient gets at most one mail.
    #[default]
    Leave,
    /// Send it again: every recipient gets at least one mail.
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
    /// How long to wait after this many failed attempts, of which there has been one at least.
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
    /// While this many wait for another attempt, none is taken from the list. Those that are in
    /// flight at that moment may still come to wait, too.
    pub most_waiting: NonZeroUsize,
    /// What to do when it cannot be known whether the server has a mail.
    pub if_in_doubt: IfInDoubt,
    /// How many mails may begin in a second, evenly spread. `None`: as many as the server takes.
    pub per_second: Option<NonZeroU32>,
}

impl Default for Settings {
    /// 10 connections; 5 attempts, after 1, 2, 4 and 8 s; at most 10,000 wait; what is in doubt is
    /// left; no limit per second.
    fn default() -> Settings {
        Settings {
            connections: NonZeroUsize::new(10).expect("it is not 0"),
            attempts: NonZeroU32::new(5).expect("it is not 0"),
            backoff: Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(60) },
            most_waiting: NonZeroUsize::new(10_000).expect("it is not 0"),
            if_in_doubt: IfInDoubt::Leave,
            per_second: None,
        }
    }
}
