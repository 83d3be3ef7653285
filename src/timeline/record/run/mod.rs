//! What a run and everything in it share: the log, the clock, and which lane runs on which thread.
//!
//! In the order in which the files are understood:
//!
//! - `kind`: what kind of run it is, and how far it is.
//! - `lane_state`: what is known of one lane at any time.
//! - `log`: all that was seen, in one order, with the states of the lanes.
//! - this file: [`Run`], with its beginning and its end.
//! - `current`: which run and which lane a thread runs right now.
//! - `polls`: from the creation of a lane to its end; `registrations`: where it waits after a poll;
//!   `wakes`: what woke it.
//! - `calls`: the queue of an event loop of the program's own.
//! - `say`: what a lane prints.
//! - `ahead`: what would happen after the limit.
//!
//! The files after this one have methods of [`Run`]. Most of these lock the log, note what
//! happened, and return.
// In reading order; the blank lines keep rustfmt from sorting them.
mod kind;

mod lane_state;

mod log;
// Here comes this file.

mod current;

mod polls;

mod registrations;
mod wakes;

mod calls;

mod say;

mod ahead;

pub(super) use ahead::Next;
pub use kind::Observe;
pub(super) use kind::{Home, Phase};
pub(super) use lane_state::{Doing, LaneState, LastLine, MOST_PLACES, NO_TASK, Trace, Woken};
pub(super) use log::Log;
pub(super) use polls::{Dropped, LONG_POLL};
pub use say::say_line;

use super::{
    event::Line, gate::Gate, panics::note_their_places, processor::waited_for_a_processor,
    scheduler::Scheduler,
};
use crate::timeline::Clock;
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::runtime::{self, Handle};

/// The state of one run. It is shared by the lanes and reached by `say!` and `block`
/// through the thread that they are on, so that two runs in one process never meet.
pub(crate) struct Run {
    /// The clock of the run. On the paused clock time is exact, and `block` moves it.
    pub(super) clock: Clock,
    /// How much of the run is noted.
    pub(super) observe: Observe,
    /// Whether the runtime is the run's own or the caller's, and how many threads it has.
    pub(super) home: Home,
    /// Which of several threads may go on, and what time it is for all of them.
    pub(super) scheduler: Arc<Scheduler>,
    /// What decides which lane may be polled, if this run is one of many schedules of a program.
    pub(super) gate: Option<Arc<dyn Gate>>,
    /// Whether the run notes where lanes wait. In a run that is one of thousands of schedules, and
    /// is not shown, these notes would cost more than all the rest.
    places: bool,
    /// One lock for all that was seen, so that events of several threads are in one order.
    log: Mutex<Log>,
    /// Called with each line as it is said.
    print: Option<fn(&Line)>,
    /// A [`Phase`]. It is not in the log, since a `print` function is called while the log is
    /// locked, and may ask for the phase.
    phase: AtomicU8,
}

/// The beginning of a run, its phases, and its end.
impl Run {
    /// A run that has not begun, in a runtime of its own, on one thread.
    pub fn new(clock: Clock, observe: Observe, print: Option<fn(&Line)>) -> Run {
        if observe == Observe::Everything {
            note_their_places();
        }
        Run {
            clock,
            observe,
            home: Home::OneThread,
            scheduler: Arc::new(Scheduler::new(clock)),
            gate: None,
            places: true,
            log: Mutex::default(),
            print,
            phase: AtomicU8::new(Phase::Open as u8),
        }
    }

    /// A run on the paused clock that watches everything and asks `gate` before each poll. It notes
    /// where lanes wait only if `places` is set.
    #[cfg(feature = "schedules")]
    pub(crate) fn behind(gate: Arc<dyn Gate>, places: bool) -> Run {
        Run { gate: Some(gate), places, ..Run::new(Clock::Paused, Observe::Everything, None) }
    }

    /// The same run, on several threads. Its clock has to be the real one, since a paused clock
    /// needs a single thread.
    pub fn with_workers(self, workers: usize) -> Run {
        Run { home: Home::Workers(workers), ..self }
    }

    /// A run in the runtime of the caller, whose clock is `clock`.
    pub fn in_the_callers_runtime(clock: Clock, observe: Observe, print: Option<fn(&Line)>) -> Run {
        let mut workers = 0;
        if Handle::current().runtime_flavor() != runtime::RuntimeFlavor::CurrentThread {
            workers = Handle::current().metrics().num_workers();
        }
        Run {
            home: Home::Callers(workers),
            // Threads are not scheduled: that takes a runtime which tells when it is idle.
            scheduler: Arc::new(Scheduler::new(Clock::Real)),
            ..Run::new(clock, observe, print)
        }
    }

    /// Called once, on the runtime's thread and in its context.
    pub fn begin(self: &Arc<Self>) {
        self.scheduler.begin_run();
        let mut log = self.lock();
        log.workers = self.home.workers();
        // A run with a gate is one of thousands, and to ask the system costs more than most polls.
        if self.gate.is_none() {
            log.waited = waited_for_a_processor();
        }
        log.threads.push(Some(std::thread::current().id()));
        let for_workers = log.threads.len() + log.workers;
        log.threads.resize(for_workers, None);
        drop(log);
        // The thread of a caller is not adopted, since it goes on after the run: what runs on it
        // finds the run by the runtime.
        if !matches!(self.home, Home::Callers(_)) {
            self.adopt_thread();
        }
    }

    /// When the runtime has last gone to sleep or woken up, and whether it sleeps now.
    ///
    /// With workers it is instead when the oldest poll began that has not returned, since one
    /// thread may go on while another is kept. If no lane is being polled, the runtime counts as
    /// asleep.
    pub(crate) fn last_moved(&self) -> (Instant, bool) {
        if self.home.workers() == 0 {
            return self.scheduler.last_moved();
        }
        let mut began = vec![];
        for lane in self.lock().lanes.values() {
            if lane.now == Doing::Running {
                began.push(lane.poll.began);
            }
        }
        match began.into_iter().min() {
            Some(oldest) => (oldest, false),
            None => (Instant::now(), true),
        }
    }

    /// A value that changes with each event, with each line that is kept, and when the paused clock
    /// moves on. On the real clock it is always the same: there nothing depends on it.
    pub(crate) fn signs_of_life(&self) -> (u64, Duration) {
        if self.clock != Clock::Paused {
            return (0, Duration::ZERO);
        }
        let at = self.scheduler.elapsed();
        let log = self.lock();
        let kept = log.events.len() + log.lines.len();
        (kept as u64 + log.left_out, at)
    }

    /// Whether threads keep to the clock in the order of their lanes: see `scheduler`.
    pub fn schedules_threads(&self) -> bool {
        self.home == Home::OneThread && self.clock == Clock::Paused
    }

    /// Whether a lane is polled although the run is not open: the run is over, or its runtime is
    /// the caller's.
    pub fn lets_lanes_go_on(&self) -> bool {
        self.is_over() || matches!(self.home, Home::Callers(_))
    }

    fn is_in(&self, phase: Phase) -> bool {
        self.phase.load(Ordering::Acquire) == phase as u8
    }

    /// From now on the run is in `phase`. A run that was given up remains given up.
    pub(super) fn enter(&self, phase: Phase) {
        if !self.is_in(Phase::GivenUp) {
            self.phase.store(phase as u8, Ordering::Release);
        }
    }

    /// A panic while the log is held leaves it readable: no change makes it invalid half-way.
    pub(super) fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is recorded any more, and no thread waits for its turn. Returns the time of the run.
    /// The run remains in its phase: see [`is_open`](Run::is_open).
    pub fn close_log(&self) -> Duration {
        let at = self.scheduler.elapsed();
        self.lock().closed = true;
        self.scheduler.close();
        at
    }

    /// Whether the run goes on: it is neither being ended, nor over, nor given up.
    pub fn is_open(&self) -> bool {
        self.is_in(Phase::Open)
    }

    /// Whether the run is over: a lane that is still there has outlived it.
    pub fn is_over(&self) -> bool {
        self.is_in(Phase::Ended)
    }

    /// Nothing is noted any more: what a verdict says is how things were at the limit.
    pub fn freeze(&self) {
        let mut log = self.lock();
        log.closed = true;
        for state in log.lanes.values_mut() {
            state.note_the_limit();
        }
    }
}
