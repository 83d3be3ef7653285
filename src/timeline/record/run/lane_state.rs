//! What is known of one lane while the run goes on: what it does, what woke it, where it waits.
//!
//! It is followed event by event and not read from the list of events, which may be full. A verdict
//! is made of it.
use crate::timeline::record::{
    LaneId,
    event::WokenBy,
    pair::{Clones, Kept, Moved},
    waits::Waits,
};
use std::{
    panic::Location,
    time::{Duration, Instant},
};

/// What a verdict has to know of a lane at any time, also when the log is full.
pub struct LaneState {
    /// Cleaned: see `clean`.
    pub name: String,
    /// Where `.lane()` was called: the place that is known also of a lane that was never polled.
    pub made_at: &'static Location<'static>,
    /// Followed event by event, so that it needs no list of events.
    pub now: Doing,
    /// When it was polled last.
    /// With `polls` and `self_wakes` it tells a lane that spins from one that is polled now and
    /// then.
    pub polled: Duration,
    /// How often it has been polled at that instant.
    pub polls: u64,
    /// How often it was woken, at that instant, while it had not been woken yet.
    /// Not the same as `polls`: a lane can be polled as often only since a neighbour was woken.
    pub wakes: u64,
    /// How often it has woken itself, or asked for another poll, at that instant.
    pub self_wakes: u64,
    /// Since when it does what it does now. A poll without a wake does not end a wait.
    pub since: Duration,
    /// The first wake since its last poll began.
    /// None once a poll has answered it.
    pub woken: Option<Woken>,
    /// The lane whose poll polled it last.
    /// A verdict on a lane that was woken and not polled looks there.
    pub polled_by: Option<LaneId>,
    /// Another lane has polled it before that one: it was handed on, or is shared.
    pub polled_by_several: bool,
    /// The task in which it was polled last; none is the one that the runtime was started with.
    /// A lane that runs a `LocalSet` polls lanes of other tasks, for which it does not wait.
    pub in_task: Option<tokio::task::Id>,
    /// What it waits for.
    /// After its last poll that was not ready. It remains when it is polled again, for the words
    /// “after its wait at …”.
    pub waits: Option<Waits>,
    /// Its last poll has answered a wake.
    pub(super) answers_a_wake: bool,
    /// The wake that would have come after the limit of the run, as the first of all.
    pub ahead: Option<Woken>,
    /// Whether a waker of it was kept at the limit of the run; none before that.
    /// What comes later uses wakers up: a timer that is due then drops the waker that it calls.
    pub(super) kept_at_the_limit: Option<bool>,
    /// Whether anything keeps a waker of it; none of a closure, which has none.
    /// If nothing keeps one, nothing can wake it: that is a verdict of its own.
    pub(super) kept: Option<Kept>,
    /// The address of the waker of the task in which it was polled last. A wake through a waker of
    /// another task does not reach it.
    pub(super) task: usize,
    /// Where it registered its waker in the poll that is going on.
    pub(super) registered: Vec<Registration>,
    /// Where it woke itself in the poll that is going on: the number of a stack. A lane that has
    /// registered nowhere waits there.
    pub(super) gave_way: Option<u32>,
    /// Where its waker is registered: the number of a stack. None if it is registered in several
    /// places, or nowhere.
    place: Option<u32>,
    /// When its poll began, on the wall clock.
    /// So a poll that blocks is seen also where the paused clock stands still.
    pub began: Instant,
    /// `Log::waited` when its poll began. That number is updated rarely, so the thread may have
    /// waited longer by then: what is taken off the time of a poll is too much rather than too
    /// little.
    pub(super) waited: Duration,
    /// How much of its poll was spent in polls of lanes inside it, or in `block`.
    /// A remark on time names the lane that computes, and not the lanes around it.
    pub(super) inside: Duration,
    /// Where it last printed a line.
    /// Where a poll is stuck cannot be seen from outside; this is the nearest that is known.
    pub said: Option<(String, &'static Location<'static>)>,
    /// It has printed that line since its poll began.
    pub said_in_this_poll: bool,
}

/// That a lane was woken.
#[derive(Clone)]
pub struct Woken {
    /// A wake at the limit of a run proves nothing: the lane could not be polled any more.
    pub at: Duration,
    pub by: WokenBy,
    /// Through a waker that does not reach what polls the lane now.
    pub through_an_old_waker: bool,
    /// From where it was called, if that says more than `by`.
    pub trace: Option<Trace>,
}

/// From where a waker was called, or a lane dropped: it is looked up later, since that takes too
/// long for a run.
#[derive(Clone, Copy)]
pub struct Trace {
    /// The number of the stack: see [`Log::stacks`].
    pub stack: u32,
    /// The lane that had ended just before: its end may be what woke a lane that joins it.
    pub ended: Option<LaneId>,
    /// The lane that was being polled, if it runs a `LocalSet`: it may have called the waker
    /// itself, or a task of the set has, which has ended.
    pub current: Option<LaneId>,
}

/// What a lane does, as far as a verdict has to know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Never polled.
    Lazy,
    Running,
    Waiting,
    /// A stream that has returned an item, and was not asked for the next.
    Idle,
    /// On another thread than the runtime's.
    OnThread,
    Ended,
}

/// A lane is said to wait in so many places at most: a `join!` of a thousand shows the first.
pub const MOST_PLACES: usize = 32;

/// A stack on which a lane has registered its waker.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Registration {
    /// The number of the stack: see `Log::stacks`.
    pub stack: u32,
    /// The lane that it polled there, if that is what it waits for; none where its waker was
    /// cloned.
    pub inside: Option<LaneId>,
}

/// For a wake that reaches a lane in another way than through a task.
pub const NO_TASK: usize = 0;

impl LaneState {
    /// A lane that was made at the time `at`.
    pub(super) fn new(
        name: String,
        at: Duration,
        made_at: &'static Location<'static>,
    ) -> LaneState {
        LaneState {
            name,
            made_at,
            now: Doing::Lazy,
            polled: at,
            polls: 0,
            wakes: 0,
            self_wakes: 0,
            since: at,
            woken: None,
            polled_by: None,
            polled_by_several: false,
            in_task: None,
            waits: None,
            answers_a_wake: false,
            ahead: None,
            kept_at_the_limit: None,
            kept: None,
            task: NO_TASK,
            registered: vec![],
            gave_way: None,
            place: None,
            began: Instant::now(),
            waited: Duration::ZERO,
            inside: Duration::ZERO,
            said: None,
            said_in_this_poll: false,
        }
    }

    /// A poll of the lane begins. If the lane was `waiting`, and was not woken, the wait goes on.
    pub(super) fn is_polled_at(&mut self, at: Duration, waiting: bool) {
        // The counts are for one instant: a lane that spins does so without time passing.
        if self.polled != at {
            self.polls = 0;
            self.wakes = 0;
            self.self_wakes = 0;
        }
        self.polls += 1;
        self.polled = at;
        self.answers_a_wake = self.woken.take().is_some();
        if self.answers_a_wake || !waiting {
            self.since = at;
        }
    }

    /// Forgets what was known of the poll before. `waited` is `Log::waited`.
    pub(super) fn begins_poll(&mut self, waited: Duration) {
        self.waited = waited;
        self.said_in_this_poll = false;
        self.registered.clear();
        self.gave_way = None;
        self.inside = Duration::ZERO;
        self.began = Instant::now();
    }

    /// It has registered its waker there, in the poll that is going on.
    pub(super) fn registers(&mut self, registration: Registration) {
        // A second time at the same place counts as the later one: what was registered in between
        // may be over.
        self.registered.retain(|other| *other != registration);
        if self.registered.len() < MOST_PLACES {
            self.registered.push(registration);
        }
    }

    /// Leaves out of what a poll has `registered` what is over: that of which no waker is kept, and
    /// the lanes that have `ended` in the poll, as those that it has dropped. But if nothing would
    /// be left, it is what is known best.
    ///
    /// Says whether the lane may have gone on since, to something that keeps no waker.
    pub(super) fn leaves_out_what_is_over(
        &self,
        registered: &mut Vec<Registration>,
        clones: &Clones,
        ended: &[LaneId],
    ) -> bool {
        if registered.is_empty() {
            // In a poll without a wake nothing has changed, so the lane has not gone on either.
            return self.answers_a_wake;
        }
        // Called meanwhile by another thread: it is not kept any more, and nothing is over yet.
        let woken_meanwhile = self.woken.is_some();
        let is_kept = |registration: &Registration| match registration.inside {
            Some(lane) => !ended.contains(&lane),
            None => woken_meanwhile || !clones.given_back.contains(&registration.stack),
        };
        if registered.iter().any(is_kept) {
            registered.retain(is_kept);
            return false;
        }
        // What has a waker from before was polled for nothing, or is not polled any more.
        if clones.an_older_one_is_kept {
            registered.clear();
        }
        true
    }

    /// What a poll that returned `Pending` registered, compared with where the lane waited before.
    pub(super) fn moves(&mut self, registered: &[Registration]) -> Moved {
        // Lanes inside this one do not count: they are noted at each poll, with or without a clone.
        let mut cloned = vec![];
        for registration in registered {
            if registration.inside.is_none() {
                cloned.push(registration.stack);
            }
        }
        match cloned[..] {
            [] => Moved::No,
            // One clone says where the lane waits.
            [place] => match self.place.replace(place) {
                Some(before) if before != place => {
                    self.place = None;
                    Moved::Yes
                }
                _ => Moved::NoButCloned,
            },
            // With two it is a `join!` or a `select!`, and only new wakers can show whether all of
            // them register again.
            _ => {
                self.place = None;
                Moved::Yes
            }
        }
    }

    /// Whether anything but the lane itself keeps the waker that it was polled with last, and could
    /// wake it with that.
    pub fn is_kept(&self) -> bool {
        match (self.kept_at_the_limit, &self.kept) {
            (Some(kept), _) => kept,
            (None, Some(kept)) => kept.anywhere(),
            (None, None) => false,
        }
    }

    /// It was polled last by `outer`, in the task that runs now.
    pub(super) fn has_owner(&mut self, outer: Option<LaneId>) {
        let polled_before = self.now != Doing::Lazy;
        if polled_before && self.polled_by != outer {
            self.polled_by_several = true;
        }
        self.polled_by = outer;
        self.in_task = tokio::task::try_id();
    }
}
