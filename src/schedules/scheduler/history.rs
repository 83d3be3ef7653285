//! What has happened in a run, as numbers that can be compared.
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// What happens in a run is numbered, so that it can be said what came before what.
pub(crate) type Moment = u64;

/// A run in which lanes arrive more often than this is ended. A program that spins would use up the
/// whole budget in one schedule.
pub(crate) const MOST_ARRIVALS: u64 = 20_000;

/// What a scheduler has seen happen, in numbers.
#[derive(Default)]
pub(super) struct History {
    /// The number of what happened last.
    now: Moment,
    /// How often lanes arrived, deferred or not. A program that spins is recognised by it. So are
    /// lanes that were woken during one poll: the number is the same for all of them.
    pub arrivals: u64,
    /// How many polls have begun that would begin without a scheduler, too. The others are those
    /// that [`is_quiet`](super::frame::PollReason::is_quiet) tells apart.
    pub polls: u64,
    /// The time on the run's clock when a lane last arrived.
    pub at: Duration,
    /// Made of everything that was noted. Two runs in which the same has happened have the same
    /// digest.
    digest: u64,
}

impl History {
    /// Something happens: the number of its moment.
    pub fn tick(&mut self) -> Moment {
        self.now += 1;
        self.now
    }

    /// Adds `what` to the digest.
    pub fn note(&mut self, what: &(impl Hash + ?Sized)) {
        let mut hasher = DefaultHasher::new();
        self.digest.hash(&mut hasher);
        what.hash(&mut hasher);
        self.digest = hasher.finish();
    }

    /// All that was noted until now, as one number.
    pub fn digest(&self) -> u64 {
        self.digest
    }
}
