//! What is known of one lane while the run goes on: what it does, what woke it, where it waits.
//!
//! The state is kept up at each event and not read from the list of events, which may be full. A
//! verdict is made of these states.
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

/// What a verdict has to know of a lane at any time, even when the log is full.
///
/// | question | answered by |
/// |---|---|
/// | which lane is it? | `name`, `made_at` |
/// | what does it do? | `now`, `since` |
/// | does it spin? | `instant` |
/// | was it woken, by what, and when? | `woken`, `ahead` |
/// | where does it wait, and for what? | `wait` |
/// | what polls it? | `owner` |
/// | can anything still wake it? | `wakers` |
/// | what happens in its poll? | `poll`, `said` |
pub struct LaneState {
    /// The name of the lane, cleaned: see `clean`.
    pub name: String,
    /// Where `.lane()` was called: the place that is known also of a lane that was never polled.
    pub made_at: &'static Location<'static>,
    /// What the lane does.
    pub now: Doing,
    /// Since when the lane does that. A poll without a wake does not end a wait, unless time passes
    /// in the poll.
    pub since: Duration,
    /// What has happened to it at the instant of its last poll.
    pub instant: LastInstant,
    /// The wake that the next poll answers: the first one since the last poll began that reaches
    /// what polls the lane now, or else the first one. None if the lane was not woken since.
    pub woken: Option<Woken>,
    /// The wake that would have come after the limit of the run. Only lanes that would have been
    /// woken first have one.
    pub ahead: Option<Woken>,
    /// Where the lane waits, or waited last: a verdict on a lane that runs says “after its wait at
    /// …”.
    pub wait: LastWait,
    /// What polls it.
    pub owner: Owner,
    /// Whether anything keeps a waker of it.
    pub(super) wakers: KeptWakers,
    /// The poll that is going on, or else its last one.
    pub poll: LastPoll,
    /// The line that it printed last.
    /// Where a poll is stuck cannot be seen from outside; this is the nearest that is known.
    pub said: Option<LastLine>,
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

/// What has happened to a lane since the time of its last poll. A poll at a later time begins anew,
/// so high counts are those of a lane that spins: it is polled over and over without time passing.
pub struct LastInstant {
    /// When that is: the time of the lane's last poll.
    pub at: Duration,
    /// How often the lane was polled at that time.
    pub polls: u64,
    /// How often it was woken, where several wakes before one poll count once.
    /// Fewer than `polls` if it was polled because another future of its task was woken.
    pub wakes: u64,
    /// How often it has woken itself, or asked for another poll.
    pub self_wakes: u64,
}

/// A wake of a lane.
#[derive(Clone)]
pub struct Woken {
    /// When the lane was woken. A wake at the limit of a run proves nothing: the lane could not be
    /// polled any more.
    pub at: Duration,
    /// What has called the waker.
    pub by: WokenBy,
    /// The wake went through a waker that does not reach what polls the lane now.
    pub through_an_old_waker: bool,
    /// From where the waker was called, if that says more than `by`.
    pub trace: Option<Trace>,
}

/// From where a waker was called, or a lane dropped. What it means is looked up later, since
/// that takes too long while the run goes on.
#[derive(Clone, Copy)]
pub struct Trace {
    /// The number of the stack: see `Log::stacks`.
    pub stack: u32,
    /// The lane that had ended just before: its end may be what woke a lane that joins it.
    pub ended: Option<LaneId>,
    /// The lane that was being polled, if that lane may have called the waker. If it runs a
    /// `LocalSet`, the end of a task of the set may have called the waker instead. If it is a
    /// closure with a runtime of its own, a timer of that runtime may have called it.
    pub current: Option<LaneId>,
}

/// Where a lane waits, and for what.
#[derive(Default)]
pub struct LastWait {
    /// Where the lane waited after its last poll that returned `Pending`.
    pub at: Option<Waits>,
    /// The number of the stack on which the waker is registered: see `Log::stacks`. None if it is
    /// registered in several places, or nowhere; and right after the lane has moved.
    stack: Option<u32>,
}

/// What polls a lane.
pub struct Owner {
    /// The lane whose poll polled it last; none if it was not polled inside another lane.
    /// A verdict on a lane that was woken and not polled looks there.
    pub lane: Option<LaneId>,
    /// Something else has polled the lane before: it was handed on, or is shared.
    pub has_changed: bool,
    /// The task in which it was polled last; none in the future that the runtime was started with,
    /// which is no task.
    /// A lane that runs a `LocalSet` polls lanes of other tasks, for which it does not wait.
    pub task: Option<tokio::task::Id>,
    /// The address of that task's waker, as [`LaneState::is_reached_through`] compares it.
    task_waker: usize,
}

/// Whether anything keeps a waker of a lane. If nothing does, nothing can wake the lane: that is a
/// verdict of its own.
#[derive(Default)]
pub struct KeptWakers {
    /// Knows whether anything keeps one now; none for a closure, which has no wakers.
    now: Option<Kept>,
    /// Whether anything kept one at the limit of the run; none before that.
    /// What comes later uses wakers up: a timer that is due then drops the waker that it calls.
    at_the_limit: Option<bool>,
}

/// The poll of a lane that is going on, or else its last one.
pub struct LastPoll {
    /// When it began, on the wall clock.
    /// So a poll that blocks is seen even where the paused clock stands still.
    pub began: Instant,
    /// The lane was woken before the poll, and the poll answers that wake.
    pub(super) answers_a_wake: bool,
    /// Where the lane registered its waker in it.
    pub(super) registered: Vec<Registration>,
    /// Where the lane around polls it.
    pub(super) around: Option<NumberedStack>,
    /// Where the lane woke itself in it: the number of a stack. A lane that has registered nowhere
    /// waits there.
    pub(super) gave_way: Option<u32>,
    /// `Log::waited` when it began. That number is updated rarely, so the thread may have waited
    /// longer by then: what is taken off the time of a poll is too much rather than too little.
    pub(super) waited: Duration,
    /// How much of the poll was spent in polls of lanes inside this one, or in `block`. A remark on
    /// time names the lane that computes, and not the lanes around it.
    pub(super) inside: Duration,
}

/// Which of the wakers that were cloned in a poll are kept at its end. Places that are known to be
/// over are left out before that, and their wakers do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum KeptOfPoll {
    /// Each of them.
    All,
    /// It is not known which. The lane was woken in the poll, and a waker that was called is not
    /// kept any more, though its place need not be over.
    Unknown,
    /// None: the lane may have gone on since, to something that keeps no waker.
    Nothing,
}

/// The line that a lane printed last.
pub struct LastLine {
    /// What it said.
    pub text: String,
    /// Where in the source it was printed.
    pub place: &'static Location<'static>,
    /// It was printed in the poll that is going on, or else in the last one.
    pub in_this_poll: bool,
}

/// A lane is said to wait in at most this many places: a `join!` of a thousand shows the first.
pub const MOST_PLACES: usize = 32;

/// A stack on which a lane has registered its waker.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Registration {
    /// The number of the stack: see `Log::stacks`.
    pub stack: u32,
    /// The lane that it polled there, if that is what it waits for; none where its waker was
    /// cloned.
    pub inside: Option<LaneId>,
    /// How many wakers it has registered there in this poll. `join_all` polls all of its futures by
    /// one call, and each of them registers.
    pub times: usize,
}

/// The stack of a lane, as it was at some moment of the lane's poll.
#[derive(Clone, Copy)]
pub(super) struct NumberedStack {
    /// Which lane's stack it is.
    pub lane: LaneId,
    /// The number of the stack: see `Log::stacks`.
    pub stack: u32,
    /// The lane that is polled there; none if the lane calls `block` there.
    pub inside: Option<LaneId>,
}

impl Registration {
    /// The first one there in a poll.
    pub fn once(stack: u32, inside: Option<LaneId>) -> Registration {
        Registration { stack, inside, times: 1 }
    }
}

/// Stands for the address of a task's waker if a wake does not go through a task.
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
            since: at,
            instant: LastInstant { at, polls: 0, wakes: 0, self_wakes: 0 },
            woken: None,
            ahead: None,
            wait: LastWait::default(),
            owner: Owner { lane: None, has_changed: false, task: None, task_waker: NO_TASK },
            wakers: KeptWakers::default(),
            poll: LastPoll::begins(Duration::ZERO, false),
            said: None,
        }
    }

    /// Notes that a poll of the lane begins. If the lane was `waiting`, and was not woken, the wait
    /// goes on.
    pub(super) fn begin_poll_at(&mut self, at: Duration, waiting: bool) {
        // The counts are for one instant.
        if self.instant.at != at {
            self.instant = LastInstant { at, polls: 0, wakes: 0, self_wakes: 0 };
        }
        self.instant.polls += 1;
        self.poll.answers_a_wake = self.woken.take().is_some();
        if self.poll.answers_a_wake || !waiting {
            self.since = at;
        }
    }

    /// Forgets what was known of the poll before. `waited` is `Log::waited`.
    pub(super) fn forget_last_poll(&mut self, waited: Duration) {
        self.poll = LastPoll::begins(waited, self.poll.answers_a_wake);
        if let Some(said) = &mut self.said {
            said.in_this_poll = false;
        }
    }

    /// Notes a wake. The first one counts, since those that follow before the next poll change
    /// nothing; but one that reaches the lane counts before one that does not.
    pub(super) fn note_wake(&mut self, woken: Woken) {
        match &self.woken {
            None => self.instant.wakes += 1,
            Some(before) if before.through_an_old_waker && !woken.through_an_old_waker => {}
            Some(_) => return,
        }
        self.woken = Some(woken);
    }

    /// Notes what polls it: `outer`, in the task that runs now.
    pub(super) fn note_owner(&mut self, outer: Option<LaneId>) {
        let was_polled_before = self.now != Doing::Lazy;
        if was_polled_before && self.owner.lane != outer {
            self.owner.has_changed = true;
        }
        self.owner.lane = outer;
        self.owner.task = tokio::task::try_id();
    }

    /// Notes the task that polls it, by the address of the waker of that task.
    pub(super) fn note_task(&mut self, task_waker: usize) {
        self.owner.task_waker = task_waker;
    }

    /// Whether a wake through the waker of a task with that address reaches what polls it now. If
    /// it was polled by another task since, the wake goes to the task before.
    pub(super) fn is_reached_through(&self, task_waker: usize) -> bool {
        task_waker == self.owner.task_waker || task_waker == NO_TASK
    }

    /// Notes that it has wakers; `kept` knows whether anything keeps one.
    pub(super) fn note_wakers(&mut self, kept: Kept) {
        self.wakers.now = Some(kept);
    }

    /// Removes from `registered`, which is of one poll, what is over: places of which no waker is
    /// kept, and lanes that have `ended` in the poll, such as those that it has dropped. If nothing
    /// would be left, nothing is removed, since no better place is known; but all is removed if a
    /// waker from an earlier poll is kept: then the lane waits where it did before. Returns which
    /// of the wakers of that poll are kept.
    pub(super) fn leave_out_what_is_over(
        &self,
        registered: &mut Vec<Registration>,
        clones: &Clones,
        ended: &[LaneId],
    ) -> KeptOfPoll {
        if registered.is_empty() {
            // In a poll without a wake nothing has changed, so the lane has not gone on either.
            return match self.poll.answers_a_wake {
                true => KeptOfPoll::Nothing,
                false => KeptOfPoll::All,
            };
        }
        // A waker that was called is given back, too, although the wait need not be over. So if the
        // lane was woken in the poll, a waker that was given back tells nothing.
        let is_woken = self.woken.is_some();
        let is_given_back = |place: &Registration| clones.given_back.contains(&place.stack);
        let is_kept = |place: &Registration| match place.inside {
            Some(lane) => !ended.contains(&lane),
            None => is_woken || !is_given_back(place),
        };
        if registered.iter().any(is_kept) {
            registered.retain(is_kept);
            let is_certain = !registered.iter().any(is_given_back);
            return if is_certain { KeptOfPoll::All } else { KeptOfPoll::Unknown };
        }
        // The lane waits for a future that keeps a waker from before, and has cloned none now.
        if clones.an_older_one_is_kept {
            registered.clear();
        }
        KeptOfPoll::Nothing
    }

    /// Whether anything but the lane itself keeps a waker of it, and could wake it with that. Once
    /// the limit is reached, this says how it was then.
    pub fn has_a_kept_waker(&self) -> bool {
        match (self.wakers.at_the_limit, &self.wakers.now) {
            (Some(kept), _) => kept,
            (None, Some(kept)) => kept.anywhere(),
            (None, None) => false,
        }
    }

    /// Notes how things are at the limit of the run, which has been reached.
    pub(super) fn note_the_limit(&mut self) {
        self.wakers.at_the_limit = Some(self.has_a_kept_waker());
    }
}

impl LastPoll {
    /// A poll that begins now. `waited` is `Log::waited`.
    fn begins(waited: Duration, answers_a_wake: bool) -> LastPoll {
        LastPoll {
            began: Instant::now(),
            answers_a_wake,
            registered: vec![],
            around: None,
            gave_way: None,
            waited,
            inside: Duration::ZERO,
        }
    }

    /// The lane has registered its waker there.
    pub(super) fn registers(&mut self, mut registration: Registration) {
        // A place that comes again moves to the end of the list: what was registered in between may
        // be over.
        self.registered.retain(|other| {
            let is_there = other.stack == registration.stack && other.inside == registration.inside;
            // A lane inside this one counts once, however often it is polled.
            if is_there && other.inside.is_none() {
                registration.times += other.times;
            }
            !is_there
        });
        if self.registered.len() < MOST_PLACES {
            self.registered.push(registration);
        }
    }
}

impl LastWait {
    /// Notes what a poll that returned `Pending` has registered. Returns whether the lane waits
    /// elsewhere than before.
    pub(super) fn note_registrations(&mut self, registered: &[Registration]) -> Moved {
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
            [stack] => match self.stack.replace(stack) {
                Some(before) if before != stack => {
                    // The next poll has a new waker, so the future clones again, wherever the lane
                    // waits then. That clone is no second move.
                    self.stack = None;
                    Moved::Yes
                }
                _ => Moved::NoButCloned,
            },
            // With two it is a `join!` or a `select!`, and only new wakers can show whether all of
            // them register again.
            _ => {
                self.stack = None;
                Moved::Yes
            }
        }
    }
}
