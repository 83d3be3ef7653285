//! The two wakers of a lane, and whether anything else keeps one of them.
//!
//! `wakers` makes the pairs, and `run` keeps a [`Kept`] for each lane. The wakers of a lane are
//! numbered. The table is of a lane that waits twice at line 5, and then at line 9:
//!
//! ```text
//!   poll   polled with   its clone   what the future does          after the poll
//!   1      0             1           clones at line 5              NoButCloned: 1 is next
//!   2      1             2           has 1, and finds it equal     No: still 1
//!   3      1             2           clones at line 9              Yes: a new pair
//!   4      3             4           …
//! ```
use hooked_waker::Hooked;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::Waker,
};

/// The waker that the future of a lane is polled with, and the waker that a clone of it is.
///
/// If a poll clones at a second place, that clone is a waker of its own: so it is known for each
/// place whether its waker is kept. No future clones more often because of that: a lane that
/// registers in several places gets new wakers for its next poll anyway (see [`wakers`]).
///
/// [`wakers`]: super::wakers
pub struct Pair {
    /// What the future is polled with. After a poll, [`Moved`] says whether it remains so, or is
    /// replaced by `cloned` or by a new pair. There is also a new pair if the lane itself is polled
    /// with another waker.
    pub polled_with: Hooked,
    /// The number of `polled_with`: a waker with this number is the waker of the current poll.
    pub number: u64,
    /// What a clone of `polled_with` is; its number is one more. If a poll has cloned
    /// `polled_with`, and the lane waits where it did before, then the next poll of the future is
    /// with this one: the future has kept it, and finds it equal.
    pub cloned: Hooked,
    /// Where `cloned` was handed out in the poll that goes on, or in the last one; none if it was
    /// not.
    pub first: Option<ClonedAt>,
    /// What was handed out at other places in the poll that goes on. Empty between two polls.
    pub others: Vec<(ClonedAt, Hooked)>,
    /// The waker to which both pass a wake on.
    pub inner: Waker,
    /// Both wakers are replaced at the next poll: the lane waits elsewhere now, or the waker was
    /// cloned in a poll that returned an item. They are not replaced before, since [`Kept`] counts
    /// their owners until then.
    pub outdated: bool,
}

/// Where a waker was cloned: the number of the stack, or none if the stack has no number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClonedAt(pub Option<u32>);

/// Knows whether anything keeps a waker of a lane. Weak, since only the lane owns its wakers.
pub struct Kept(pub Weak<Mutex<Option<Pair>>>);

/// After a poll that was not ready: where the lane waits now, compared with before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Elsewhere, or in several places.
    Yes,
    /// In one place, where its waker was cloned. It waited there before, or no place was known.
    NoButCloned,
    /// In the same place, without a clone.
    No,
}

impl Pair {
    /// A poll has ended: which of the wakers that were cloned in it are kept.
    pub fn after_the_poll(&mut self) -> Clones {
        // Each waker has one owner in the pair. The waker of this poll has a second one until the
        // poll has returned.
        let an_older_one_is_kept = Arc::strong_count(&self.polled_with) > 2;
        let mut clones = Clones { given_back: vec![], an_older_one_is_kept };
        if let Some(place) = self.first
            && Arc::strong_count(&self.cloned) == 1
        {
            clones.given_back.extend(place.0);
        }
        for (place, hook) in self.others.drain(..) {
            if Arc::strong_count(&hook) == 1 {
                clones.given_back.extend(place.0);
            }
        }
        clones
    }
}

/// What has become of the wakers that were cloned in a poll, when the poll has ended.
#[derive(Default)]
pub struct Clones {
    /// The places of which no waker is kept: the numbers of their stacks. What was polled there is
    /// over, as a timer that was due, or it has kept no waker.
    pub given_back: Vec<u32>,
    /// The waker with which the future of the lane was polled is kept by something that had it
    /// before that poll.
    pub an_older_one_is_kept: bool,
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

/// A panic under this lock does no harm: nothing that is done under it can leave the pair half
/// changed.
pub(super) fn lock(pair: &Mutex<Option<Pair>>) -> MutexGuard<'_, Option<Pair>> {
    pair.lock().unwrap_or_else(PoisonError::into_inner)
}
