//! What has been seen so far: the events and lines that a recording keeps, and what a verdict needs
//! beside them.
use super::{
    ahead::Ahead,
    current::is_in_a_closure,
    lane_state::{Doing, KeptOfPoll, LaneState, Registration, Trace},
};
use crate::timeline::record::{
    LaneId,
    event::{Event, Line, Polled, What, WokenBy},
    frame::has_no_line_tables,
    stack::{Captured, Stacks},
    waits::{OnStack, Registered, Waits},
};
use std::{
    collections::{BTreeMap, HashMap},
    panic::Location,
    thread::ThreadId,
    time::Duration,
};

/// A recording keeps this many events and this many lines. Later events are only counted, and later
/// lines are lost: nothing can be seen in a picture of a million polls, and a program that runs for
/// a day must not fill the memory.
pub(super) const CAPACITY: usize = 50_000;

/// At most this many stacks are looked at to see whether a binary has line tables. One stack with a
/// known line is enough, and usually that is the first.
const LOOKED_AT: usize = 16;

/// What has been seen so far.
#[derive(Default)]
pub struct Log {
    /// In the order in which they were seen. It is a possible order of what happened, since there
    /// is one lock: see `Run::log`.
    pub events: Vec<Event>,
    /// Polls that have begun quietly and in which nothing has happened yet, the outermost first.
    pub(super) quiet: Vec<QuietPoll>,
    /// The lines that were printed, one after the other. They are kept beside the events, since a
    /// line that no lane has printed is no event.
    pub lines: Vec<Line>,
    /// Events that came after the log was full.
    /// A picture says how many: what is missing must not look as if it had not happened.
    pub left_out: u64,
    /// What a verdict needs. Lanes that have ended are forgotten once the log is full.
    pub lanes: BTreeMap<LaneId, LaneState>,
    /// How many lanes there have been.
    /// Not the length of `lanes`, from which some are removed. It is the number of the next lane.
    pub(super) created: usize,
    /// The stacks on which wakers were registered or called, and lanes were dropped.
    /// They are many, and the same over and over; so each is kept once, and known by a number.
    pub stacks: Stacks,
    /// The waits that are in the events, each once. Not added to when the log is full.
    pub(super) waits: HashMap<WaitsKey, Waits>,
    /// Wakes and drops whose cause only the stack tells. It is looked up when the run is over.
    pub traced: Vec<Traced>,
    /// The number of each name of a lane: 0 for the first name, 1 for the next different one.
    /// The number stands for a colour. A line needs the colour of its lane at once, before any
    /// chart is made.
    pub(super) hues: HashMap<String, usize>,
    /// Set at the limit of the run, at its end, or when it is given up: what happens later is not
    /// recorded.
    pub closed: bool,
    /// When something that blocks last moved the clock by hand: the time after the move. A timer
    /// that became due in the move fires late.
    pub last_blocked: Duration,
    /// How many calls of event loops have got a number.
    pub(super) calls: usize,
    /// Calls that another thread has asked for, and that their loop has not found yet: for the
    /// number of each such call, what has asked for it.
    pub(super) asked: HashMap<usize, WokenBy>,
    /// Which thread has which number; 0 is the runtime's first, and the workers come next.
    pub(super) threads: Vec<Option<ThreadId>>,
    /// How many workers there are.
    pub workers: usize,
    /// What would happen after the limit of the run.
    /// None until the run has reached its limit, and if nothing asks what would happen then.
    pub(super) ahead: Option<Ahead>,
    /// How long the run's first thread had waited for a processor when that was last looked at: at
    /// the beginning, and after each long poll. To look costs more than most polls.
    pub(super) waited: Duration,
    /// When a lane has last come to its end.
    pub last_end: Duration,
    /// The message of a destructor that panicked when the run was ended.
    /// The verdict and the recording are complete all the same, so it is only a remark.
    pub destructor_panicked: Option<String>,
}

/// What makes two waits equal. Equal ones share one allocation, since a loop waits in one place a
/// thousand times.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct WaitsKey {
    /// Where the lane has registered its waker.
    registered: Vec<Registration>,
    /// The address of the place where the lane was made, and not its text, which would take longer
    /// to compare and to hash than the stack takes to walk.
    made_at: usize,
    /// Which of the wakers that were cloned are kept: that decides how certain the places are. None
    /// if the lane has not registered there, but is there in the middle of its poll.
    kept: Option<KeptOfPoll>,
}

impl WaitsKey {
    pub(super) fn new(
        registered: Vec<Registration>,
        made_at: &'static Location<'static>,
        kept: Option<KeptOfPoll>,
    ) -> WaitsKey {
        WaitsKey { registered, made_at: std::ptr::from_ref(made_at).addr(), kept }
    }
}

/// A wake or a drop that has to be explained later.
pub struct Traced {
    /// The number of the event: its index in [`Log::events`].
    pub event: usize,
    /// From where the waker was called, or the lane dropped.
    pub trace: Trace,
}

/// A poll that becomes an event only if something happens in it.
pub struct QuietPoll {
    /// The event, with the time and the thread of its beginning, in case it is recorded.
    pub start: Event,
    /// What the lane did before, to be put back if the poll is not recorded.
    pub before: Doing,
}

impl Log {
    /// How many of the workers have polled a lane.
    ///
    /// Workers have the numbers from 1 on. Each gets the lowest free number when it first polls a
    /// lane, so the highest number that was given is how many there are.
    pub fn workers_used(&self) -> usize {
        let mut used = 0;
        for (number, thread) in self.threads.iter().enumerate().take(self.workers + 1) {
            if thread.is_some() {
                used = number;
            }
        }
        used
    }

    /// Whether no event is kept any more.
    pub fn is_full(&self) -> bool {
        self.events.len() >= CAPACITY
    }

    /// Notes the stack of the event that is pushed next. Returns none if the log is closed, or if
    /// there are too many stacks.
    pub(super) fn trace_next_event(
        &mut self,
        stack: &Captured,
        ended: Option<LaneId>,
        current: Option<LaneId>,
    ) -> Option<Trace> {
        if self.closed {
            return None;
        }
        let trace = Trace { stack: self.stacks.number(stack)?, ended, current };
        // What has begun quietly becomes events before the next one does.
        if !self.quiet.is_empty() {
            self.begin_quiet_polls();
        }
        if !self.is_full() {
            self.traced.push(Traced { event: self.events.len(), trace });
        }
        Some(trace)
    }

    /// Adds an event, or counts it if the log is full. Polls that began quietly come before it.
    pub(super) fn push(&mut self, event: Event) {
        if !self.quiet.is_empty() {
            self.begin_quiet_polls();
        }
        if self.closed {
            return;
        }
        if self.is_full() {
            // At the first event that is lost: from here on only what a verdict needs is kept up.
            if self.left_out == 0 {
                self.lanes.retain(|_, state| state.now != Doing::Ended);
            }
            self.left_out += 1;
        } else {
            self.events.push(event);
        }
    }

    /// Something has happened in polls that began quietly: now they are polls like others.
    ///
    /// If such a poll directly follows the last poll of the same lane, the two become one: the
    /// first has only returned because the gate deferred a lane inside it.
    pub(super) fn begin_quiet_polls(&mut self) {
        for QuietPoll { start, before } in std::mem::take(&mut self.quiet) {
            if let Some(state) = self.lanes.get_mut(&start.lane) {
                state.begin_poll_at(start.at, matches!(before, Doing::Waiting));
            }
            let goes_on = match self.events.last() {
                Some(Event { at, lane, what: What::PollEnd { polled, .. }, .. }) => {
                    let pending = matches!(polled, Polled::Pending(_));
                    pending && *lane == start.lane && *at == start.at && !self.closed
                }
                _ => false,
            };
            if goes_on {
                self.events.pop();
            } else {
                self.push(start);
            }
        }
    }

    /// Takes back the poll of `lane` if it began quietly and nothing has happened in it. Says
    /// whether this was so.
    pub(super) fn forget_quiet_poll(&mut self, lane: LaneId) -> bool {
        match self.quiet.last() {
            Some(poll) if poll.start.lane == lane => {}
            _ => return false,
        }
        let poll = self.quiet.pop().expect("there is a last one");
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.now = poll.before;
        }
        true
    }

    /// A lane that has ended is of no use to a verdict once no more events are kept.
    pub(super) fn forget_if_full(&mut self, lane: LaneId) {
        if self.is_full() {
            self.lanes.remove(&lane);
        }
    }

    /// Whether nothing is known of where lanes have waited: this binary has no line tables.
    pub fn has_no_line_tables(&self) -> bool {
        // The first ones, so that the same run gives the same answer.
        let mut stacks: Vec<u32> = vec![];
        for key in self.waits.keys() {
            stacks.extend(key.registered.iter().map(|registration| registration.stack));
        }
        stacks.sort_unstable();
        stacks.dedup();
        let is_bare = |stack: &u32| has_no_line_tables(&self.stacks.get(*stack).frames());
        !stacks.is_empty() && stacks.iter().take(LOOKED_AT).all(is_bare)
    }

    /// The lanes among these that have ended.
    pub(super) fn ended_of(&self, registered: &[Registration]) -> Vec<LaneId> {
        let mut ended = vec![];
        for registration in registered {
            let Some(lane) = registration.inside else { continue };
            match self.lanes.get(&lane) {
                Some(state) if state.now != Doing::Ended => {}
                // It has ended; or it was forgotten, and only lanes that have ended are.
                _ => ended.push(lane),
            }
        }
        ended
    }

    /// What a lane waits for, if it has registered its waker in these places. `kept` says how
    /// certain the places are.
    pub(super) fn waits(
        &mut self,
        registered: Vec<Registration>,
        made_at: &'static Location<'static>,
        kept: KeptOfPoll,
    ) -> Waits {
        let key = WaitsKey::new(registered, made_at, Some(kept));
        if let Some(known) = self.waits.get(&key) {
            return known.clone();
        }
        let mut stacks = vec![];
        for Registration { stack, inside, times } in &key.registered {
            stacks.push(OnStack { stack: self.stacks.get(*stack), lane: *inside, times: *times });
        }
        let when = match (stacks.is_empty(), kept) {
            (true, _) => Registered::Never,
            (false, KeptOfPoll::Nothing) => Registered::OrAfter,
            (false, KeptOfPoll::All | KeptOfPoll::Unknown) => Registered::Now,
        };
        let waits = Waits::new(made_at, when, stacks, kept == KeptOfPoll::All);
        if !self.is_full() {
            self.waits.insert(key, waits.clone());
        }
        waits
    }

    /// This thread's number, for something that it does without running a lane. If the thread has
    /// no number, it gets one for this event only, since nothing would give the number back later.
    /// A thread of a pool is such a thread when it tells of the end of a closure.
    pub(super) fn thread_for_one_event(&mut self) -> usize {
        let known = self.threads.contains(&Some(std::thread::current().id()));
        let number = self.thread();
        if !known {
            self.threads[number] = None;
        }
        number
    }

    /// This thread's number; the lowest free one if it has none yet.
    pub(super) fn thread(&mut self) -> usize {
        let me = Some(std::thread::current().id());
        if let Some(number) = self.threads.iter().position(|thread| *thread == me) {
            return number;
        }
        // A closure leaves the numbers from 0 to `workers` to the threads that poll tasks. The list
        // has a place for each of these from the beginning: see `Run::begin`.
        let lowest = if is_in_a_closure() { self.workers + 1 } else { 0 };
        let mut number = self.threads.len();
        for (candidate, thread) in self.threads.iter().enumerate().skip(lowest) {
            if thread.is_none() {
                number = candidate;
                break;
            }
        }
        if number == self.threads.len() {
            self.threads.push(None);
        }
        self.threads[number] = me;
        number
    }
}
