//! The lanes that are ready and were not polled, and what they wait for.
//!
//! What the scheduler answers to a ready lane that arrives. (Two cases come before that: lanes that
//! have yielded, and runs in which nothing is decided any more. See
//! [`State::arrives`](super::state::State::arrives).)
//!
//! | the hold | the lane that arrives | the answer |
//! |---|---|---|
//! | `Nothing` | any | a decision, if others are ready too |
//! | `For(chosen)` | the chosen one | it is polled, and the deferred ones are woken |
//! | | a lane around the chosen one | it is polled: its own code comes before what is inside |
//! | | any other | deferred |
//! | `Later` | one that was made later, in that poll | a decision between such lanes |
//! | | any other | deferred |
//! | `MayGoOn(first)` | that one | a decision between that lane and the deferred ones |
//! | | any other | deferred |
use super::history::Moment;
use crate::timeline::{LaneId, quietly};
use std::task::Waker;

/// Why lanes that are ready have to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hold {
    /// They need not.
    #[default]
    Nothing,
    /// This lane was chosen, and the others wait until it arrives.
    For(LaneId),
    /// A lane that did not exist yet was chosen. It has to be made after the moment `since`, in the
    /// poll that began at `inside`.
    Later { inside: Moment, since: Moment },
    /// This lane has used up its budget. When it arrives, there is a decision. If the runtime runs
    /// out of work before that, the lane is not ready, and the hold ends.
    MayGoOn(LaneId),
}

/// The lanes that wait, each with the waker with which it was about to be polled.
#[derive(Default)]
pub(super) struct Waiting {
    /// What the deferred lanes wait for. That is one lane at a time: there is no other decision
    /// before it has arrived.
    pub hold: Hold,
    /// Lanes that were deferred, in the order in which they arrived.
    deferred: Vec<(LaneId, Waker)>,
    /// Lanes that have yielded and arrived too early: they wait until no other lane is ready.
    resting: Vec<(LaneId, Waker)>,
}

impl Waiting {
    /// Keeps a ready lane that has to wait because of `hold`. Returns the waker that this one
    /// replaces, if there is one.
    pub fn defer(&mut self, lane: LaneId, waker: &Waker) -> Option<Waker> {
        keep(&mut self.deferred, lane, waker)
    }

    /// Keeps a lane that has yielded: it waits until no other lane is ready. Returns the waker that
    /// this one replaces, if there is one.
    pub fn rest(&mut self, lane: LaneId, waker: &Waker) -> Option<Waker> {
        keep(&mut self.resting, lane, waker)
    }

    /// Ends the hold. Returns the lanes that were deferred, in the order in which they arrived.
    pub fn release(&mut self) -> Vec<(LaneId, Waker)> {
        self.hold = Hold::Nothing;
        std::mem::take(&mut self.deferred)
    }

    /// Returns the lanes that rested, since no other lane is ready.
    pub fn end_rest(&mut self) -> Vec<(LaneId, Waker)> {
        std::mem::take(&mut self.resting)
    }

    /// The lane was dropped. Returns its wakers, which nothing needs any more.
    pub fn forget(&mut self, lane: LaneId) -> Vec<(LaneId, Waker)> {
        let mut unused = vec![];
        unused.extend(self.deferred.extract_if(.., |(other, _)| *other == lane));
        unused.extend(self.resting.extract_if(.., |(other, _)| *other == lane));
        unused
    }
}

/// Notes that a lane waits. It can arrive several times meanwhile: the last waker is the one that
/// counts, and its place is where it arrived first. Returns the waker that was kept before.
fn keep(waiting: &mut Vec<(LaneId, Waker)>, lane: LaneId, waker: &Waker) -> Option<Waker> {
    let waker = quietly(|| waker.clone());
    for (other, known) in &mut *waiting {
        if *other == lane {
            return Some(std::mem::replace(known, waker));
        }
    }
    waiting.push((lane, waker));
    None
}
