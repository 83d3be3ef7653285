//! What a run and everything in it share: the log, the clock, and who is running on which thread.
use super::{
    event::{Event, LaneId, Line, Polled, Ringer, What, place},
    gate::{Gate, Made, Stranger},
    turns::Turns,
};
use crate::timeline::Clock;
use std::{
    backtrace::Backtrace,
    cell::RefCell,
    collections::HashMap,
    panic::Location,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::ThreadId,
    time::Duration,
};

/// A recording keeps this many events and this many lines. What comes later is counted, not kept: nobody reads a
/// picture of a million polls, and a program that runs for a day must not fill the memory.
pub(super) const CAPACITY: usize = 50_000;

/// How much of a run is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observe {
    /// Everything that a timeline needs.
    Everything,
    /// Only which lane prints which line: no waker is wrapped, no event is kept.
    Lines,
    /// Nothing: a lane is its bare future, and a line has no lane.
    Nothing,
}

/// The state of one run. It is shared by the lanes and reached by `say!` and [`super::block`] through the thread that
/// they are on, so that two runs in one process never meet.
pub(crate) struct Run {
    pub(super) clock: Clock,
    pub(super) observe: Observe,
    pub(super) turns: Arc<Turns>,
    /// What decides which lane may be polled, if this run is one of many schedules of a program.
    pub(super) gate: Option<Arc<dyn Gate>>,
    log: Mutex<Log>,
    /// Called with each line as it is said.
    print: Option<fn(&Line)>,
}

/// What has been seen so far.
#[derive(Default)]
pub(super) struct Log {
    pub events: Vec<Event>,
    /// Polls that have begun quietly and in which nothing has happened yet, the outermost first.
    quiet: Vec<QuietPoll>,
    pub lines: Vec<Line>,
    /// Events that came after the log was full.
    pub left_out: u64,
    pub lanes: Vec<LaneState>,
    /// The distinct names of lanes, in the order in which they came up.
    hues: HashMap<String, usize>,
    /// Set at the end of the run, or when it is given up: whatever happens later belongs to no run.
    pub closed: bool,
    /// `main` has returned: no lane is polled any more, and what was aborted may still be dropped.
    pub main_has_returned: bool,
    /// When somebody has last blocked the runtime's thread, until then.
    pub blocked: Duration,
    /// Which thread has which number; 0 is the runtime's.
    threads: Vec<Option<ThreadId>>,
}

/// What a verdict has to know of a lane at any time, also when the log is full.
pub(super) struct LaneState {
    pub name: String,
    pub created: &'static Location<'static>,
    pub now: Doing,
    /// When it was polled last.
    pub polled: Duration,
    /// How often it has been polled at that instant.
    pub polls: u64,
    /// Since when it does what it does now. A poll without a wake does not end a wait.
    pub since: Duration,
    /// Woken since its last poll began.
    woken: bool,
    /// Where it last printed a line.
    pub said: Option<(String, &'static Location<'static>)>,
}

/// A poll that becomes an event only if something happens in it.
struct QuietPoll {
    start: Event,
    /// What the lane was in before, to be put back.
    before: (Doing, Duration, u64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// Never polled.
    Lazy,
    Running,
    Waiting,
    /// On another thread than the runtime's.
    OnThread,
    Ended,
}

/// What runs on this thread right now.
#[derive(Clone, Default)]
struct Here {
    run: Option<Arc<Run>>,
    /// The innermost lane that is being polled.
    lane: Option<LaneId>,
    /// The lane whose end was the last thing seen here: whoever is woken next was joining it.
    finished: Option<LaneId>,
    /// The lane turns an event loop: it wakes nobody, but what the loop calls does.
    turns_a_loop: bool,
    /// It has waited, and no turn has begun since.
    has_waited: bool,
}

thread_local! {
    static HERE: RefCell<Here> = RefCell::default();
}

impl Run {
    pub fn new(clock: Clock, observe: Observe, print: Option<fn(&Line)>) -> Run {
        let turns = Arc::new(Turns::new(clock));
        Run { clock, observe, turns, gate: None, log: Mutex::default(), print }
    }

    /// A run on the paused clock that watches everything and asks `gate` before each poll.
    #[cfg(feature = "schedules")]
    pub(crate) fn behind(gate: Arc<dyn Gate>) -> Run {
        Run { gate: Some(gate), ..Run::new(Clock::Paused, Observe::Everything, None) }
    }

    /// Called once, on the runtime's thread and in its context.
    pub fn begin(self: &Arc<Self>) {
        self.turns.begin_run();
        self.lock().threads.push(Some(std::thread::current().id()));
        self.adopt_thread();
    }

    /// Lets what runs on this thread from now on belong to this run.
    pub fn adopt_thread(self: &Arc<Self>) {
        HERE.set(Here { run: Some(self.clone()), ..Here::default() });
    }

    /// Lets this thread belong to no run, so that what runs on it later is not taken for a part
    /// of one that is over.
    #[cfg(feature = "schedules")]
    pub(crate) fn release_thread() {
        HERE.take();
    }

    /// The run that this thread belongs to.
    pub fn here() -> Option<Arc<Run>> {
        HERE.with_borrow(|here| here.run.clone())
    }

    /// A panic while the log is held leaves it readable: every change to it is a single push.
    pub(super) fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the run for the log. Returns when that was; later calls do nothing.
    pub fn close(&self) -> Duration {
        let at = self.turns.elapsed();
        self.lock().closed = true;
        self.turns.close();
        at
    }

    /// Changes as long as the run gets on: how often its runtime has gone to sleep or woken up, and
    /// whether it sleeps now.
    #[cfg(feature = "schedules")]
    pub(crate) fn movement(&self) -> (u64, bool) {
        self.turns.movement()
    }

    /// The lane that runs on this thread, if this thread is in this run.
    pub fn current_lane(&self) -> Option<LaneId> {
        HERE.with_borrow(|here| {
            here.run.as_ref().filter(|run| std::ptr::eq(&raw const ***run, self)).and(here.lane)
        })
    }

    /// Runs `work` as `lane`: what it prints is that lane's, and what it wakes is woken by that lane.
    pub fn as_lane<R>(self: &Arc<Self>, lane: LaneId, work: impl FnOnce() -> R) -> R {
        self.with(Some(lane), work)
    }

    /// Runs `work` while no lane runs.
    pub fn as_nobody<R>(self: &Arc<Self>, work: impl FnOnce() -> R) -> R {
        self.with(None, work)
    }

    fn with<R>(self: &Arc<Self>, lane: Option<LaneId>, work: impl FnOnce() -> R) -> R {
        /// Puts things back also when `work` panics.
        struct Restore(Here);
        impl Drop for Restore {
            fn drop(&mut self) {
                HERE.set(std::mem::take(&mut self.0));
            }
        }
        let outer = HERE.replace(Here { run: Some(self.clone()), lane, ..Here::default() });
        let _restore = Restore(Here { finished: None, ..outer });
        work()
    }

    /// The lane that runs has waited, as an event loop does.
    pub fn has_waited(&self) {
        HERE.with_borrow_mut(|here| (here.turns_a_loop, here.has_waited) = (true, true));
    }

    /// A turn of an event loop begins in the lane that runs. Says whether it has just waited.
    pub fn begin_turn(&self) -> bool {
        HERE.with_borrow_mut(|here| {
            (here.turns_a_loop, here.finished) = (true, None);
            std::mem::take(&mut here.has_waited)
        })
    }

    /// From here on nobody on this thread can have been woken by the end of the lane that ended last.
    pub fn nobody_just_finished(&self) {
        HERE.with_borrow_mut(|here| here.finished = None);
    }

    pub fn create(&self, name: &str, place: &'static Location<'static>) -> LaneId {
        let parent = self.current_lane();
        let (at, mut log) = (self.turns.elapsed(), self.lock());
        let lane = log.lanes.len();
        log.lanes.push(LaneState::new(name, at, place));
        let (name, next) = (name.to_owned(), log.hues.len());
        log.hues.entry(name.clone()).or_insert(next);
        log.push(Event { at, thread: 0, lane, what: What::Created { name: name.clone(), parent } });
        drop(log);
        if let Some(gate) = &self.gate {
            gate.created(lane, Made { name: &name, at: place });
        }
        lane
    }

    /// A poll begins that would not take place now without the gate. It becomes an event when
    /// something happens in it, and leaves no trace otherwise.
    pub fn poll_starts_quietly(&self, lane: LaneId) {
        let (at, mut log) = (self.turns.elapsed(), self.lock());
        let state = &mut log.lanes[lane];
        let before = (state.now, state.polled, state.polls);
        state.now = Doing::Running;
        let thread = log.thread();
        let start = Event { at, thread, lane, what: What::PollStart };
        log.quiet.push(QuietPoll { start, before });
    }

    pub fn poll_starts(&self, lane: LaneId) {
        let outside = !self.turns.on_runtime_thread();
        let (at, mut log) = (self.turns.elapsed(), self.lock());
        let state = &mut log.lanes[lane];
        state.polls = if state.polled == at { state.polls + 1 } else { 1 };
        state.polled = at;
        if std::mem::take(&mut state.woken) {
            state.since = at;
        }
        state.now = if outside { Doing::OnThread } else { Doing::Running };
        let thread = log.thread();
        log.push(Event { at, thread, lane, what: What::PollStart });
    }

    pub fn poll_ends(&self, lane: LaneId, polled: Polled) {
        let ended = !matches!(polled, Polled::Pending);
        let (at, mut log) = (self.turns.elapsed(), self.lock());
        if !ended && log.forget_quiet_poll(lane) {
            return;
        }
        log.begin_quiet_polls();
        let state = &mut log.lanes[lane];
        if state.polled != at {
            (state.polled, state.since) = (at, at); // it has blocked
        }
        state.now = if ended { Doing::Ended } else { Doing::Waiting };
        let thread = log.thread();
        log.push(Event { at, thread, lane, what: What::PollEnd(polled) });
        drop(log);
        if ended {
            HERE.with_borrow_mut(|here| here.finished = Some(lane));
        }
    }

    pub fn woken(&self, lane: LaneId) {
        let by = self.ringer(lane);
        if let Some(gate) = &self.gate {
            self.look_for_strangers(&**gate);
            if !gate.woken(lane, matches!(by, Ringer::Yield)) {
                return;
            }
        }
        let (at, mut log) = (self.turns.elapsed(), self.lock());
        log.lanes[lane].woken = true;
        let thread = log.thread_in_passing();
        log.push(Event { at, thread, lane, what: What::Woken { by } });
    }

    /// Tells the gate when what does something right now is none of its lanes.
    fn look_for_strangers(&self, gate: &dyn Gate) {
        let ended = HERE.with_borrow(|here| here.finished.is_some());
        if !self.turns.on_runtime_thread() {
            gate.stranger(Stranger::Thread);
        } else if self.current_lane().is_none() && !ended && tokio::task::try_id().is_some() {
            gate.stranger(Stranger::Task);
        }
    }

    /// Who rings, judged from what runs on this thread while the waker is rung.
    fn ringer(&self, lane: LaneId) -> Ringer {
        let turns_a_loop = HERE.with_borrow(|here| here.turns_a_loop);
        if let Some(ringing) = self.current_lane().filter(|_| !turns_a_loop) {
            return Ringer::Lane(ringing);
        }
        if let Some(ended) = HERE.with_borrow(|here| here.finished) {
            return Ringer::Lane(ended);
        }
        if !self.turns.on_runtime_thread() || tokio::task::try_id().is_some() {
            return Ringer::Outside;
        }
        let (at, log) = (self.turns.elapsed(), self.lock());
        let polled = log.lanes[lane].polled;
        match self.clock {
            // Whatever rings, the loop has called it: a timer of its own, or what it had put off to this turn.
            _ if turns_a_loop && at <= polled + Duration::from_millis(1) => Ringer::Yield,
            _ if turns_a_loop => Ringer::Clock,
            Clock::Paused if at == polled => Ringer::Yield,
            Clock::Paused if log.blocked <= polled => Ringer::Clock,
            // It gave way to somebody who blocked, or its timer fired while somebody did. Taking the stack is quick,
            // reading it is not: that waits until the run is over.
            _ => Ringer::Traced(Box::new(Backtrace::force_capture())),
        }
    }

    pub fn dropped(&self, lane: LaneId, is_task: bool) {
        let by = self.current_lane();
        let aborted = by.is_none() && is_task;
        let (at, mut log) = (self.turns.elapsed(), self.lock());
        log.lanes[lane].now = Doing::Ended;
        let thread = log.thread_in_passing();
        log.push(Event { at, thread, lane, what: What::Dropped { by, aborted } });
        let over = log.closed;
        drop(log);
        if let (Some(gate), false) = (&self.gate, over) {
            gate.dropped(lane);
        }
    }

    fn says(&self, text: String, location: &'static Location<'static>) {
        let lane = self.current_lane();
        let (at, mut log) = (self.turns.elapsed(), self.lock());
        if log.closed {
            return;
        }
        if let Some(gate) = &self.gate {
            self.look_for_strangers(&**gate);
            gate.said(&text);
        }
        let name = lane.map_or("-", |lane| &log.lanes[lane].name).to_owned();
        let hue = lane.map(|_| log.hues[&name]);
        for text in text.split('\n') {
            let line = Line { at, hue, lane: name.clone(), text: text.to_owned() };
            if let Some(print) = self.print {
                print(&line); // while the log is held, so that lines come out in the order of the log
            }
            if log.lines.len() < CAPACITY {
                log.lines.push(line);
            }
        }
        if let Some(lane) = lane {
            log.lanes[lane].said = Some((text.clone(), location));
            let thread = log.thread();
            log.push(Event { at, thread, lane, what: What::Says(text) });
        }
    }

    /// Gives this thread's number back.
    pub fn leave_thread(&self) {
        let me = Some(std::thread::current().id());
        if let Some(number) = self.lock().threads.iter_mut().find(|thread| **thread == me) {
            *number = None;
        }
    }
}

impl Log {
    fn push(&mut self, event: Event) {
        if !self.quiet.is_empty() {
            self.begin_quiet_polls();
        }
        if self.closed {
        } else if self.events.len() < CAPACITY {
            self.events.push(event);
        } else {
            self.left_out += 1;
        }
    }

    /// Something has happened in polls that began quietly: now they are polls like others.
    ///
    /// Only that one directly follows the same lane's last poll is left out: the gate had it return
    /// to defer a lane inside it, and without that it would have been one poll.
    fn begin_quiet_polls(&mut self) {
        for QuietPoll { start, .. } in std::mem::take(&mut self.quiet) {
            let state = &mut self.lanes[start.lane];
            state.polls = if state.polled == start.at { state.polls + 1 } else { 1 };
            state.polled = start.at;
            if std::mem::take(&mut state.woken) {
                state.since = start.at;
            }
            let goes_on = self.events.last().is_some_and(|last| {
                let pending = matches!(last.what, What::PollEnd(Polled::Pending));
                pending && last.lane == start.lane && last.at == start.at && !self.closed
            });
            if goes_on {
                self.events.pop();
            } else {
                self.push(start);
            }
        }
    }

    /// Takes back a poll in which nothing has happened. Says whether it was one.
    fn forget_quiet_poll(&mut self, lane: LaneId) -> bool {
        if self.quiet.last().is_none_or(|poll| poll.start.lane != lane) {
            return false;
        }
        let poll = self.quiet.pop().expect("there is a last one");
        let state = &mut self.lanes[lane];
        (state.now, state.polled, state.polls) = poll.before;
        true
    }

    /// This thread's number, for something that it does in passing. One that has none keeps none: it runs no lane (any
    /// more), and nobody would give its number back. So is a thread of a pool that tells who joins what it has run.
    fn thread_in_passing(&mut self) -> usize {
        let known = self.threads.contains(&Some(std::thread::current().id()));
        let number = self.thread();
        if !known {
            self.threads[number] = None;
        }
        number
    }

    /// This thread's number; the lowest free one if it has none yet.
    fn thread(&mut self) -> usize {
        let me = Some(std::thread::current().id());
        if let Some(number) = self.threads.iter().position(|thread| *thread == me) {
            return number;
        }
        let number = self.threads.iter().position(Option::is_none).unwrap_or(self.threads.len());
        if number == self.threads.len() {
            self.threads.push(None);
        }
        self.threads[number] = me;
        number
    }
}

impl LaneState {
    fn new(name: &str, at: Duration, created: &'static Location<'static>) -> LaneState {
        let (name, now) = (name.to_owned(), Doing::Lazy);
        // As good as woken: its first poll needs no wake.
        LaneState { name, created, now, polled: at, polls: 0, since: at, woken: true, said: None }
    }

    /// Where in the source this lane is, as well as one can tell from outside: its last line, or where it was made.
    pub fn place(&self) -> String {
        match &self.said {
            Some((text, location)) => format!("after it said “{text}” at {}", place(location)),
            None => format!("the lane made at {}", place(self.created)),
        }
    }
}

/// Prints a line as the lane that is running, and marks it on the timeline: like `println!`, with the time and the
/// lane before the text. Outside a run it only prints the text.
///
/// ```
/// use async_concepts::{record, say};
///
/// let run = record("greeting", || async { say!("hello, {}", "world") });
/// assert_eq!(run.transcript(), ["0.000 main hello, world"]);
/// ```
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::timeline::say_line(::std::format!($($text)*)) };
}

/// What [`say!`](crate::say) calls.
#[doc(hidden)]
#[track_caller]
pub fn say_line(text: String) {
    let location = Location::caller();
    match Run::here() {
        Some(run) => {
            run.turns.settle_if_on_thread();
            run.says(text, location);
        }
        None => println!("{text}"),
    }
}
