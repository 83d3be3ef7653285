//! The two wakers of a lane, and whether anything else keeps one of them.
//!
//! It is used by `wakers`, which makes the pairs, and by `run`, which keeps a [`Kept`] for each
//! lane.
use hooked_waker::Hooked;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::Waker,
};

/// What a lane is polled with, and what a clone of that is.
pub struct Pair {
    /// Handed to the future at each poll, until the lane waits elsewhere: see [`Moved::Yes`].
    pub polled_with: Hooked,
    /// The number of `polled_with`: a waker with this number is the waker of the current poll.
    pub number: u64,
    /// What a clone of `polled_with` is; its number is one more. After a poll in which the lane has
    /// not moved, the lane is polled with this one: the future has kept it, and finds it equal.
    pub cloned: Hooked,
    /// The waker to which both pass a wake on.
    pub inner: Waker,
    /// The lane waits elsewhere now: both are replaced at its next poll. Not before, so that the
    /// counts of wakers that are kept elsewhere remain right.
    pub outdated: bool,
}

/// Knows whether anything keeps a waker of a lane. Weak, since only the lane owns its wakers.
pub struct Kept(pub Weak<Mutex<Option<Pair>>>);

/// After a poll that was not ready: where the lane waits now, compared with before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Elsewhere, or in several places.
    Yes,
    /// In the same place, where its waker was cloned once more.
    NoButCloned,
    /// In the same place, without a clone.
    No,
}

impl Pair {
    /// How many wakers are kept that were cloned in the poll that ends now: in a poll the clones of
    /// its waker are all of `cloned`, and before it there were none.
    pub fn clones_that_are_kept(&self) -> usize {
        Arc::strong_count(&self.cloned) - 1 // one is the pair's own
    }
}

impl Kept {
    /// Whether anything but the lane itself keeps a waker of it, and could wake it with that.
    pub fn anywhere(&self) -> bool {
        let Some(pair) = self.0.upgrade() else { return false };
        // Each waker has a weak reference to the pair, and so has this value.
        let alive = Arc::weak_count(&pair) - 1;
        let pair = lock(&pair);
        match &*pair {
            None => alive > 0,
            // Two are the pair's own: what is polled with, and its clone. Each has one more owner
            // if a waker of it is kept.
            Some(pair) => {
                alive > 2
                    || Arc::strong_count(&pair.polled_with) > 1
                    || Arc::strong_count(&pair.cloned) > 1
            }
        }
    }
}

/// Nothing that is done under this lock can leave the pair half changed.
pub(super) fn lock(pair: &Mutex<Option<Pair>>) -> MutexGuard<'_, Option<Pair>> {
    pair.lock().unwrap_or_else(PoisonError::into_inner)
}
