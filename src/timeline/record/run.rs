//! What a run and everything in it share: the log, the clock, and which lane runs on which thread.
use super::{
    event::{Event, LaneId, Line, Polled, What, WokenBy},
    gate::{Gate, Made, Stranger},
    place::{Registered, Stack, Stacks, Waits, capture},
    processor::waited_for_a_processor,
    scheduler::Scheduler,
    verdict::{LONG_POLL, Next},
    wakers::{Kept, Moved},
};
use crate::timeline::{Clock, clean};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    panic::Location,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU8, Ordering},
    },
    task::Waker,
    thread::ThreadId,
    time::{Duration, Instant},
};
use tokio::runtime::{self, Handle};

/// A recording keeps this many events and this many lines. What comes later is counted, not kept:
/// a picture of a million polls shows nothing, and a program that runs for a day must not fill the
/// memory.
pub(super) const CAPACITY: usize = 50_000;

/// A lane is said to wait in so many places at most: a `join!` of a thousand shows the first.
const MOST_PLACES: usize = 32;

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

/// In what kind of runtime a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// One of its own, on a single thread, which tells when it goes to sleep.
    OneThread,
    /// One of its own, with so many workers beside the thread that polls `main`.
    Workers(usize),
    /// That of the caller of `record_here`, which has so many workers, or 0 if it has one thread.
    /// It tells nothing, and goes on after the run.
    Callers(usize),
}

impl Home {
    /// How many threads poll tasks beside the first one.
    pub fn workers(self) -> usize {
        match self {
            Home::OneThread => 0,
            Home::Workers(workers) | Home::Callers(workers) => workers,
        }
    }
}

/// The state of one run. It is shared by the lanes and reached by `say!` and [`super::block`]
/// through the thread that they are on, so that two runs in one process never meet.
pub(crate) struct Run {
    /// Recorders, drawings and `block` ask for it: on the paused clock time is exact, and moves
    /// only where something says so.
    pub(super) clock: Clock,
    /// Looked at wherever something would be noted: see [`Observe`].
    pub(super) observe: Observe,
    /// Whether the runtime is the run's own or the caller's, and how many threads it has.
    pub(super) home: Home,
    /// Which of several threads may go on, and what time it is for all of them.
    pub(super) scheduler: Arc<Scheduler>,
    /// What decides which lane may be polled, if this run is one of many schedules of a program.
    pub(super) gate: Option<Arc<dyn Gate>>,
    /// Whether it is noted where lanes wait. In a run that is one of thousands of schedules, and is
    /// not shown, that would cost more than all the rest.
    places: bool,
    /// One lock for all that was seen, so that events of several threads are in one order.
    log: Mutex<Log>,
    /// Called with each line as it is said.
    print: Option<fn(&Line)>,
    /// A [`Phase`]. Beside the log, since `say!` asks on threads that may hold it.
    phase: AtomicU8,
}

/// How far a run is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Before its end.
    Open = 0,
    /// `main` has ended, and what it leaves behind is being dropped, silently.
    Ending = 1,
    /// It is over: a lane that outlives it belongs to no run, and speaks like one that never did.
    Ended = 2,
    /// Its thread was left behind. What happens there is no part of the recording, nor of the
    /// output.
    GivenUp = 3,
}

/// What has been seen so far.
#[derive(Default)]
pub(super) struct Log {
    /// In the order in which they were seen, which is one that can have happened: see [`Run::log`].
    pub events: Vec<Event>,
    /// Polls that have begun quietly and in which nothing has happened yet, the outermost first.
    quiet: Vec<QuietPoll>,
    /// Beside the events, since a line that no lane has printed is no event.
    pub lines: Vec<Line>,
    /// Events that came after the log was full.
    /// A picture says how many: what is missing must not look as if it had not happened.
    pub left_out: u64,
    /// What a verdict needs. Lanes that have ended are forgotten once the log is full.
    pub lanes: BTreeMap<LaneId, LaneState>,
    /// How many lanes there have been.
    /// Not the length of `lanes`, from which some are removed. It is the number of the next lane.
    created: usize,
    /// The stacks on which wakers were registered.
    /// They are many, and the same over and over; so each is kept once, and known by a number.
    stacks: Stacks,
    /// The waits that are in the events, each once. Not added to when the log is full.
    waits: HashMap<(Vec<Registration>, usize), Waits>,
    /// Wakes whose cause only the stack tells. It is looked up when the run is over.
    pub traced: Vec<Traced>,
    /// The distinct names of lanes, in the order in which they came up.
    /// A line needs the colour of its lane at once, before any chart is made.
    hues: HashMap<String, usize>,
    /// Set at the end of the run, or when it is given up: what happens later is not recorded.
    pub closed: bool,
    /// When the clock was last moved by hand, by something that blocks; until then, timers are
    /// late.
    pub blocked: Duration,
    /// Which thread has which number; 0 is the runtime's first, and the workers come next.
    threads: Vec<Option<ThreadId>>,
    /// How many workers there are.
    pub workers: usize,
    /// What comes after the limit, once it is reached.
    /// None up to the limit, and where it is not asked for.
    ahead: Option<Ahead>,
    /// How long the run's first thread had waited for a processor when that was last looked at: at
    /// the beginning, and after each long poll. To look costs more than most polls.
    waited: Duration,
    /// With what a destructor panicked when the run was ended.
    /// It costs neither the verdict nor the recording, so it is only a remark.
    pub destructor_panicked: Option<String>,
}

/// What is watched for after the limit of a run.
struct Ahead {
    /// Called at the first wake of a lane.
    waker: Waker,
    /// The first lane that was woken, and when.
    first: Option<(LaneId, Duration)>,
    /// How often the thread has gone to sleep meanwhile, which moves the paused clock.
    /// Without this bound a task without a lane that ticks for ever would keep the run from ending.
    parks: u32,
}

/// What goes on without a lane, after the limit, is not followed for longer than so many timers.
const MOST_PARKS: u32 = 1000;

/// A stack on which a lane has registered its waker.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Registration {
    /// The number of the stack: see [`Log::stacks`].
    stack: u32,
    /// The lane that it polled there, if that is what it waits for; none where its waker was
    /// cloned.
    inside: Option<LaneId>,
}

/// A wake that has to be explained later: looking up what is on a stack takes too long for a run.
pub(super) struct Traced {
    /// The event that says it.
    pub event: usize,
    /// What was on the stack when the waker was called.
    pub stack: Vec<usize>,
    /// The lane that had ended just before: its end may be what woke a lane that joins it.
    pub ended: Option<LaneId>,
}

/// What a verdict has to know of a lane at any time, also when the log is full.
pub(super) struct LaneState {
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
    /// How often it has woken itself, or asked for another poll, at that instant.
    pub self_wakes: u64,
    /// Since when it does what it does now. A poll without a wake does not end a wait.
    pub since: Duration,
    /// The first wake since its last poll began.
    /// None once a poll has answered it.
    pub woken: Option<Woken>,
    /// The lane whose poll polled it last.
    /// Only that lane can poll it, so a verdict on a lane that was not polled looks there.
    pub polled_by: Option<LaneId>,
    /// What it waits for.
    /// After its last poll that was not ready. It remains when it is polled again, for the words
    /// “after its wait at …”.
    pub waits: Option<Waits>,
    /// Whether anything keeps a waker of it; none of a closure, which has none.
    /// If nothing keeps one, nothing can wake it: that is a verdict of its own.
    kept: Option<Kept>,
    /// The address of the waker of the task in which it was polled last. A wake through a waker of
    /// another task does not reach it.
    task: usize,
    /// Where it registered its waker in the poll that is going on.
    registered: Vec<Registration>,
    /// Where it woke itself in the poll that is going on: the number of a stack. A lane that has
    /// registered nowhere waits there.
    gave_way: Option<u32>,
    /// Where its waker is registered: the number of a stack. None if it is registered in several
    /// places, or nowhere.
    place: Option<u32>,
    /// When its poll began, on the wall clock.
    /// So a poll that blocks is seen also where the paused clock stands still.
    pub began: Instant,
    /// [`Log::waited`] when its poll began. That number is updated rarely, so the thread may have
    /// waited longer by then: what is taken off the time of a poll is rather too much than too
    /// little.
    waited: Duration,
    /// How much of its poll was spent in polls of lanes inside it, or in [`super::block`].
    /// A remark on time names the lane that computes, and not the lanes around it.
    inside: Duration,
    /// Where it last printed a line.
    /// Where a poll is stuck cannot be seen from outside; this is the nearest that is known.
    pub said: Option<(String, &'static Location<'static>)>,
    /// It has printed that line since its poll began.
    pub said_in_this_poll: bool,
}

/// That a lane was woken.
#[derive(Clone)]
pub(super) struct Woken {
    /// A wake at the limit of a run proves nothing: the lane could not be polled any more.
    pub at: Duration,
    pub by: WokenBy,
    /// Through a waker that does not reach the task in which the lane is polled now.
    pub through_an_old_waker: bool,
}

/// A poll that becomes an event only if something happens in it.
struct QuietPoll {
    /// The event, with the time and the thread of its beginning, in case it is recorded.
    start: Event,
    /// What the lane did before, to be put back if the poll is not recorded.
    before: Doing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
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

/// What runs on this thread right now.
#[derive(Clone, Default)]
struct Here {
    /// Owned, so that a thread keeps its run alive; it goes with the thread, or when it is
    /// replaced.
    run: Option<Arc<Run>>,
    /// The innermost lane that is being polled.
    lane: Option<LaneId>,
    /// The lane whose end was the last thing seen here: a lane that is woken next was joining it.
    /// And how many tasks there were then: as soon as the task of that lane is gone, there are
    /// fewer.
    finished: Option<(LaneId, usize)>,
    /// The lane runs an event loop: wakes are not by this lane, but by what the loop calls.
    runs_a_loop: bool,
    /// The loop has waited, and no iteration has begun since.
    has_waited: bool,
}

thread_local! {
    static HERE: RefCell<Here> = RefCell::default();
    /// A closure that was given to `on_thread` runs on this thread, so the thread polls no tasks
    /// now.
    static IN_A_CLOSURE: Cell<bool> = const { Cell::new(false) };
}

/// The runs in runtimes of callers. A thread of such a runtime has no run of its own, so the run is
/// found by the runtime that the thread is in. Of several runs in one runtime the latest is taken.
static IN_RUNTIMES_OF_CALLERS: Mutex<Vec<(runtime::Id, Weak<Run>)>> = Mutex::new(vec![]);

/// The run as a place that others find: on a thread, and by its phase.
impl Run {
    pub fn new(clock: Clock, observe: Observe, print: Option<fn(&Line)>) -> Run {
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

    /// A run on the paused clock that watches everything and asks `gate` before each poll; where
    /// lanes wait is noted with `places` only.
    #[cfg(feature = "schedules")]
    pub(crate) fn behind(gate: Arc<dyn Gate>, places: bool) -> Run {
        Run { gate: Some(gate), places, ..Run::new(Clock::Paused, Observe::Everything, None) }
    }

    /// The same run, on several threads: on the real clock.
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
        if self.gate.is_none() {
            log.waited = waited_for_a_processor();
        }
        log.threads.push(Some(std::thread::current().id()));
        let for_workers = log.threads.len() + log.workers;
        log.threads.resize(for_workers, None);
        drop(log);
        // A thread of a caller goes on to belong to no run.
        if !matches!(self.home, Home::Callers(_)) {
            self.adopt_thread();
        }
    }

    /// From now on what is made in the runtime of the caller belongs to this run. Not before it has
    /// its first lane, which is `main`.
    pub fn can_be_found(self: &Arc<Self>) {
        let mut all = IN_RUNTIMES_OF_CALLERS.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, run)| run.strong_count() > 0);
        all.push((Handle::current().id(), Arc::downgrade(self)));
    }

    /// When the runtime has last gone to sleep or woken up, and whether it sleeps now. Of several
    /// threads one may go on while another is kept, so there it is the oldest poll that counts.
    pub fn last_moved(&self) -> (Instant, bool) {
        if self.home.workers() == 0 {
            return self.scheduler.last_moved();
        }
        let mut oldest: Option<Instant> = None;
        for lane in self.lock().lanes.values() {
            if lane.now == Doing::Running {
                oldest = Some(oldest.unwrap_or(lane.began).min(lane.began));
            }
        }
        match oldest {
            Some(began) => (began, false),
            None => (Instant::now(), true),
        }
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

    /// When the runtime has last gone to sleep or woken up, and whether it sleeps now.
    #[cfg(feature = "schedules")]
    pub(crate) fn movement(&self) -> (Instant, bool) {
        self.scheduler.last_moved()
    }

    /// The run that this thread belongs to; none if that run is over.
    pub fn here() -> Option<Arc<Run>> {
        let run = match HERE.with_borrow(|here| here.run.clone()) {
            Some(run) => run,
            None => Run::in_this_runtime()?,
        };
        // What goes on in the runtime of a caller is no part of a run that is just being ended.
        let over = match run.home {
            Home::Callers(_) => !run.is_open(),
            _ => run.is_in(Phase::Ended),
        };
        if over { None } else { Some(run) }
    }

    /// The run that was begun in the runtime that this thread is in, if that is a caller's.
    fn in_this_runtime() -> Option<Arc<Run>> {
        let runtime = Handle::try_current().ok()?.id();
        let all = IN_RUNTIMES_OF_CALLERS.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, run) in all.iter().rev() {
            if *id == runtime
                && let Some(run) = run.upgrade()
                && run.is_open()
            {
                return Some(run);
            }
        }
        None
    }

    /// Whether this thread is one that polls the tasks of the run.
    pub fn on_runtime_thread(&self) -> bool {
        match self.home.workers() {
            0 => self.scheduler.on_runtime_thread(),
            _ => !IN_A_CLOSURE.get(),
        }
    }

    /// Whether threads keep to the clock in the order of their lanes: see `scheduler`.
    pub fn schedules_threads(&self) -> bool {
        self.home == Home::OneThread && self.clock == Clock::Paused
    }

    /// Whether a lane is still polled, though the run is not open any more.
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

    /// A panic while the log is held leaves it readable: every change to it is a single push.
    pub(super) fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the run for the log: nothing is recorded any more. Returns the time of the run.
    pub fn close(&self) -> Duration {
        let at = self.scheduler.elapsed();
        self.lock().closed = true;
        self.scheduler.close();
        at
    }

    /// Whether a lane may still be polled: `main` has not ended yet.
    pub fn is_open(&self) -> bool {
        self.is_in(Phase::Open)
    }

    /// Whether the run is over: a lane that is still there has outlived it.
    pub fn is_over(&self) -> bool {
        self.is_in(Phase::Ended)
    }

    /// Nothing is noted any more: what a verdict says is how things were at the limit.
    pub fn freeze(&self) {
        self.lock().closed = true;
    }

    /// What has been seen after the limit; [`Next::Nothing`] if nothing was, and then `waker` is
    /// called when that changes.
    pub(super) fn looks_ahead(&self, waker: &Waker) -> Next {
        let mut log = self.lock();
        match &mut log.ahead {
            Some(Ahead { first: Some((lane, at)), .. }) => Next::Timer(*lane, *at),
            Some(Ahead { parks: MOST_PARKS.., .. }) => Next::Unknown,
            ahead => {
                *ahead = Some(Ahead { waker: waker.clone(), first: None, parks: 0 });
                Next::Nothing
            }
        }
    }

    /// `lane` was woken after the limit.
    fn woken_ahead(&self, lane: LaneId) {
        let at = self.scheduler.elapsed();
        if let Some(ahead) = &mut self.lock().ahead
            && ahead.first.is_none()
        {
            ahead.first = Some((lane, at));
            ahead.waker.wake_by_ref();
        }
    }

    /// The runtime's thread goes to sleep.
    pub fn thread_parks(&self) {
        if self.is_open() {
            return;
        }
        if let Some(ahead) = &mut self.lock().ahead {
            ahead.parks += 1;
            if ahead.parks >= MOST_PARKS {
                ahead.waker.wake_by_ref();
            }
        }
    }
}

/// Which lane runs on this thread.
impl Run {
    /// The lane that runs on this thread, if this thread is in this run.
    pub fn current_lane(&self) -> Option<LaneId> {
        HERE.with_borrow(|here| match &here.run {
            Some(run) if std::ptr::eq(&raw const **run, self) => here.lane,
            _ => None,
        })
    }

    /// Runs `work` as `lane`: what it prints is that lane's, and what it wakes is woken by that
    /// lane.
    pub fn as_lane<R>(self: &Arc<Self>, lane: LaneId, work: impl FnOnce() -> R) -> R {
        self.with(Some(lane), work)
    }

    /// Runs a closure that was given to `on_thread`.
    pub fn as_closure<R>(work: impl FnOnce() -> R) -> R {
        /// Puts things back also when `work` panics.
        struct Restore(bool);
        impl Drop for Restore {
            fn drop(&mut self) {
                IN_A_CLOSURE.set(self.0);
            }
        }
        let _restore = Restore(IN_A_CLOSURE.replace(true));
        work()
    }

    /// Runs `work` while no lane runs.
    pub fn as_no_lane<R>(self: &Arc<Self>, work: impl FnOnce() -> R) -> R {
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
        HERE.with_borrow_mut(|here| {
            here.runs_a_loop = true;
            here.has_waited = true;
        });
    }

    /// An iteration of an event loop begins in the lane that runs. Says whether it has just waited.
    pub fn begin_iteration(&self) -> bool {
        HERE.with_borrow_mut(|here| {
            here.runs_a_loop = true;
            here.finished = None;
            std::mem::take(&mut here.has_waited)
        })
    }

    /// From here on no lane on this thread can have been woken by the end of the one that ended
    /// last.
    pub fn forget_what_finished(&self) {
        HERE.with_borrow_mut(|here| here.finished = None);
    }
}

/// What happens to a lane.
impl Run {
    pub fn create(&self, name: &str, place: &'static Location<'static>) -> LaneId {
        let parent = self.current_lane();
        // Cleaned here, where it comes in, so that nothing that draws has to.
        let name = clean::name(name);
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        // Numbered under the lock, so that a lane's number is its place among the events, too.
        let lane = log.created;
        log.created += 1;
        log.lanes.insert(lane, LaneState::new(name.clone(), at, place));
        if !log.is_full() {
            let next = log.hues.len();
            log.hues.entry(name.clone()).or_insert(next);
        }
        let created = What::Created { name: name.clone(), parent };
        log.push(Event { at, thread: 0, lane, what: created });
        drop(log);
        if let Some(gate) = &self.gate {
            gate.created(lane, Made { name: &name, at: place });
        }
        lane
    }

    /// `lane` is about to be polled, and has wakers of its own.
    pub(super) fn has_wakers(&self, lane: LaneId, kept: Kept) {
        if let Some(state) = self.lock().lanes.get_mut(&lane) {
            state.kept = Some(kept);
        }
    }

    /// From now on `lane` is polled as a part of `task`.
    pub fn is_in_task(&self, lane: LaneId, task: usize) {
        if let Some(state) = self.lock().lanes.get_mut(&lane) {
            state.task = task;
        }
    }

    /// A poll begins that would not take place now without the gate. It becomes an event when
    /// something happens in it, and leaves no trace otherwise.
    pub fn poll_starts_quietly(&self, lane: LaneId) {
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let waited = log.waited;
        let Some(state) = log.lanes.get_mut(&lane) else { return };
        // Put back if nothing happens in it: see `forget_quiet_poll`.
        let before = state.now;
        state.now = Doing::Running;
        state.begins_poll(waited);
        let thread = log.thread();
        let start = Event { at, thread, lane, what: What::PollStart };
        log.quiet.push(QuietPoll { start, before });
    }

    /// `lane` is a callback that an event loop calls or drops now. It has waited for that.
    pub(super) fn was_scheduled(&self, lane: LaneId, waits: Waits) {
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        let thread = log.thread_in_passing();
        log.push(Event { at, thread, lane, what: What::Scheduled(waits) });
    }

    pub fn poll_starts(&self, lane: LaneId) {
        let outside = !self.on_runtime_thread();
        let outer = self.current_lane();
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        if log.closed {
            return;
        }
        let waited = log.waited;
        if let Some(state) = log.lanes.get_mut(&lane) {
            let waiting = matches!(state.now, Doing::Waiting);
            state.is_polled_at(at, waiting);
            state.now = if outside { Doing::OnThread } else { Doing::Running };
            state.polled_by = outer;
            state.begins_poll(waited);
        }
        let thread = log.thread();
        log.push(Event { at, thread, lane, what: What::PollStart });
    }

    /// The poll of `lane` has returned something, or panicked.
    pub fn poll_ends(&self, lane: LaneId, polled: Polled) {
        let ended = !matches!(polled, Polled::Pending(_) | Polled::Item);
        let now = match polled {
            Polled::Pending(_) => Doing::Waiting,
            Polled::Item => Doing::Idle,
            _ => Doing::Ended,
        };
        let outer = self.current_lane();
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        if log.closed || (!ended && log.forget_quiet_poll(lane)) {
            return;
        }
        log.begin_quiet_polls();
        let thread = log.thread();
        // Each thread has a count of its own, and a remark is made of polls on this one only.
        let on_the_first_thread = thread == 0;
        let mut took = Duration::ZERO;
        if let Some(state) = log.lanes.get_mut(&lane) {
            if state.polled != at {
                state.polled = at; // time has passed in the poll
                state.since = at;
            }
            state.now = now;
            let all = state.began.elapsed();
            took = all.saturating_sub(state.inside);
            if took >= LONG_POLL && on_the_first_thread {
                // All waiting since the last look is taken off, though some of it may have been
                // before this poll: rather no remark than a false one.
                let waited = waited_for_a_processor();
                took = took.saturating_sub(waited.saturating_sub(state.waited));
                log.waited = waited;
            }
            if let Some(outer) = outer
                && let Some(outer) = log.lanes.get_mut(&outer)
            {
                outer.inside += all;
            }
        }
        log.push(Event { at, thread, lane, what: What::PollEnd { polled, took } });
        if ended {
            log.forget_if_full(lane);
            drop(log);
            let tasks = self.tasks_alive();
            HERE.with_borrow_mut(|here| here.finished = Some((lane, tasks)));
        }
    }

    /// The last event is the end of a lane, which has returned the error of its cancellation.
    pub fn ended_as_cancelled(&self) {
        let Some((lane, _)) = HERE.with_borrow(|here| here.finished) else { return };
        if let Some(event) = self.lock().events.last_mut()
            && event.lane == lane
            && let What::PollEnd { polled: polled @ Polled::Ready, .. } = &mut event.what
        {
            *polled = Polled::Cancelled;
        }
    }

    /// The poll of `lane` has returned `Pending`. Says whether it waits elsewhere than before.
    pub(super) fn poll_is_pending(&self, lane: LaneId) -> Moved {
        let mut log = self.lock();
        let Some(state) = log.lanes.get_mut(&lane) else { return Moved::No };
        // The poll is over: what it registered becomes what the lane waits for.
        let mut registered = std::mem::take(&mut state.registered);
        let moved = state.moves(&registered);
        // A lane that has only woken itself, as `yield_now` does, waits where it did that.
        if registered.is_empty()
            && let Some(stack) = state.gave_way
        {
            registered.push(Registration { stack, inside: None });
        }
        let made_at = state.made_at;
        // Nothing registered: a future that has a waker already, and was polled for nothing.
        let waits = match &state.waits {
            Some(before) if registered.is_empty() => before.kept_from_before(),
            _ if !self.places => Waits::new(made_at, Registered::Unknown, vec![]),
            _ => log.waits(registered, made_at),
        };
        if let Some(state) = log.lanes.get_mut(&lane) {
            state.waits = Some(waits.clone());
        }
        drop(log);
        self.poll_ends(lane, Polled::Pending(waits));
        moved
    }

    /// `lane` registers its waker now, or waits by itself: what is on the stack is where it waits.
    pub fn registers(&self, lane: LaneId) {
        self.note_stack(lane, |state, stack| state.registers(Registration { stack, inside: None }));
    }

    /// `lane` has polled `inside`, a lane that is part of it and that is not ready.
    pub fn waits_for(&self, lane: LaneId, inside: LaneId) {
        let inside = Some(inside);
        self.note_stack(lane, |state, stack| state.registers(Registration { stack, inside }));
    }

    /// `lane` wakes itself: what is on the stack is where it wants to be polled again.
    pub fn gives_way(&self, lane: LaneId) {
        self.note_stack(lane, |state, stack| state.gave_way = Some(stack));
    }

    /// Shows `note` the number of the stack up to the poll of `lane`, if places are noted.
    fn note_stack(&self, lane: LaneId, note: impl FnOnce(&mut LaneState, u32)) {
        if !self.places {
            return;
        }
        // Before the lock: walking the stack takes longer than all that is done with it.
        let stack = capture();
        let mut log = self.lock();
        if log.closed {
            return;
        }
        let Some(number) = log.stacks.number(&stack) else { return };
        if let Some(state) = log.lanes.get_mut(&lane) {
            note(state, number);
        }
    }

    /// The waker of `lane` was called that reaches the task `task`.
    ///
    /// Says whether the run still goes on, so that its gate, if it has one, was told of it.
    pub fn woken(&self, lane: LaneId, task: usize) -> bool {
        if !self.is_open() {
            self.woken_ahead(lane);
            return false;
        }
        // A lane that wakes itself gives way: it is where it wants to go on.
        let by_itself = self.current_lane() == Some(lane);
        if by_itself {
            self.gives_way(lane);
        }
        // Before the lock, which `cause` takes for itself, and before the gate may keep the wake.
        let cause = self.cause(lane);
        if let Some(gate) = &self.gate {
            self.look_for_strangers(&**gate);
            if !gate.woken(lane, matches!(cause, Cause::Known(WokenBy::Yield))) {
                return true;
            }
        }
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        // The weakest claim until the stack is looked up, at the end of the run.
        let by = match &cause {
            Cause::Known(by) => *by,
            Cause::Traced { .. } => WokenBy::Outside,
        };
        if let Some(state) = log.lanes.get_mut(&lane) {
            if by_itself || by == WokenBy::Yield {
                state.self_wakes += 1;
            }
            // The first wake counts: those that follow before the next poll change nothing.
            if state.woken.is_none() {
                let through_an_old_waker = state.task != task && task != NO_TASK;
                state.woken = Some(Woken { at, by, through_an_old_waker });
            }
        }
        if let Cause::Traced { stack, ended } = cause
            && !log.is_full()
            && !log.closed
        {
            let event = log.events.len();
            log.traced.push(Traced { event, stack, ended });
        }
        let thread = log.thread_in_passing();
        log.push(Event { at, thread, lane, what: What::Woken { by } });
        true
    }

    /// Tells the gate if this is done by something that is none of its lanes.
    fn look_for_strangers(&self, gate: &dyn Gate) {
        let ended = HERE.with_borrow(|here| here.finished.is_some());
        if !self.on_runtime_thread() {
            gate.stranger(Stranger::Thread);
        } else if self.current_lane().is_none() && !ended && tokio::task::try_id().is_some() {
            gate.stranger(Stranger::Task);
        }
    }

    /// How many tasks there are. The number is only compared: it is one less once a task has told
    /// its end to the lane that joins it.
    fn tasks_alive(&self) -> usize {
        self.scheduler.runtime().metrics().num_alive_tasks()
    }

    /// The lane whose end was the last thing seen on this thread, if nothing says that what is
    /// woken now joins something else.
    fn ended_just_now(&self) -> Option<LaneId> {
        let (lane, tasks) = HERE.with_borrow(|here| here.finished)?;
        // If the task of that lane is gone, it has told of its end before: the wake is by another.
        if self.on_runtime_thread() && self.tasks_alive() < tasks { None } else { Some(lane) }
    }

    /// What wakes `lane`, judged from what runs on this thread while the waker is called.
    fn cause(&self, lane: LaneId) -> Cause {
        let runs_a_loop = HERE.with_borrow(|here| here.runs_a_loop);
        let ended = self.ended_just_now();
        if let Some(current) = self.current_lane()
            && !runs_a_loop
        {
            return Cause::Known(WokenBy::Lane(current));
        }
        if self.on_runtime_thread() {
            if tokio::task::try_id().is_some() {
                return Cause::Known(WokenBy::Outside); // a task without a lane
            }
        } else {
            // A thread of the pool wakes the lane that joins a closure when the closure has ended.
            let by = match ended {
                Some(ended) => WokenBy::Lane(ended),
                None => WokenBy::Outside,
            };
            return Cause::Known(by);
        }
        if self.home != Home::OneThread {
            // The runtime does not tell when it has come to rest, or has several threads.
            return Cause::Traced { stack: capture().addresses, ended };
        }
        let at = self.scheduler.elapsed();
        let log = self.lock();
        let polled = match log.lanes.get(&lane) {
            Some(state) => state.polled,
            None => Duration::ZERO,
        };
        // Then several timers may be due at once, and what comes next is not known from the time
        // alone.
        let moved_by_hand = log.blocked > polled;
        drop(log);
        if runs_a_loop {
            if let Some(ended) = ended {
                return Cause::Known(WokenBy::Lane(ended));
            }
            // The loop has called what wakes the lane: a timer of its own, or a call that was put
            // off to this iteration.
            let by = if at <= polled + TICK { WokenBy::Yield } else { WokenBy::Clock };
            return Cause::Known(by);
        }
        // On the paused clock no timer is due before the thread has come to rest, which would have
        // been noticed; unless the clock was moved by hand. Only the stack can tell then.
        match (self.clock, ended) {
            (Clock::Paused, Some(ended)) if !moved_by_hand => Cause::Known(WokenBy::Lane(ended)),
            (Clock::Paused, None) if at == polled => Cause::Known(WokenBy::Yield),
            (Clock::Paused, None) if !moved_by_hand => Cause::Known(WokenBy::Clock),
            _ => Cause::Traced { stack: capture().addresses, ended },
        }
    }

    pub fn dropped(&self, lane: LaneId, is_task: bool) {
        let by = self.current_lane();
        // The runtime drops a task by itself only for an `abort`, and at the end, when the log is
        // closed.
        let aborted = by.is_none() && is_task;
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        if log.closed {
            return;
        }
        if let Some(state) = log.lanes.get_mut(&lane) {
            state.now = Doing::Ended;
        }
        let thread = log.thread_in_passing();
        log.push(Event { at, thread, lane, what: What::Dropped { by, aborted } });
        log.forget_if_full(lane);
        drop(log);
        if let Some(gate) = &self.gate {
            gate.dropped(lane);
        }
    }

    /// This thread has been occupied until now, on the paused clock, by [`super::block`].
    ///
    /// It took `wall` on the wall clock, in which other threads may have had their turn. That is no
    /// time that the paused clock does not show.
    pub fn blocked(&self, wall: Duration) {
        let lane = self.current_lane();
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        if self.on_runtime_thread() {
            log.blocked = at;
        }
        if let Some(lane) = lane
            && let Some(state) = log.lanes.get_mut(&lane)
        {
            state.inside += wall;
        }
        if let Some(lane) = lane
            && self.observe == Observe::Everything
        {
            let thread = log.thread();
            log.push(Event { at, thread, lane, what: What::Blocked });
        }
    }

    fn says(&self, text: &str, location: &'static Location<'static>) {
        let text = clean::text(text);
        let lane = self.current_lane();
        let at = self.scheduler.elapsed();
        let mut log = self.lock();
        if log.closed {
            return;
        }
        if let Some(gate) = &self.gate {
            self.look_for_strangers(&**gate);
            gate.said(&text);
        }
        let mut name = "-".to_owned();
        let mut hue = None;
        if let Some(lane) = lane
            && let Some(state) = log.lanes.get_mut(&lane)
        {
            name.clone_from(&state.name);
            state.said = Some((text.clone(), location));
            state.said_in_this_poll = true;
            hue = log.hues.get(&name).copied();
        }
        // A text of several lines is several lines of the transcript, each with the time and the
        // lane.
        for text in text.split('\n') {
            let line = Line { at, hue, lane: name.clone(), text: text.to_owned() };
            // While the log is held, so that lines come out in the order of the log.
            if let Some(print) = self.print {
                print(&line);
            }
            if log.lines.len() < CAPACITY {
                log.lines.push(line);
            }
        }
        if let Some(lane) = lane {
            let thread = log.thread();
            log.push(Event { at, thread, lane, what: What::Says(text, location) });
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

/// Timers are no finer than this.
const TICK: Duration = Duration::from_millis(1);

/// For a wake that reaches a lane in another way than through a task.
pub(super) const NO_TASK: usize = 0;

/// What has woken a lane, as far as it is known while the run goes on.
enum Cause {
    Known(WokenBy),
    Traced { stack: Vec<usize>, ended: Option<LaneId> },
}

impl Log {
    /// How many of the workers have polled a lane: the lowest numbers are given first.
    pub fn workers_used(&self) -> usize {
        let mut used = 0;
        for (number, thread) in self.threads.iter().enumerate().take(self.workers + 1) {
            if thread.is_some() {
                used = number;
            }
        }
        used
    }

    pub fn is_full(&self) -> bool {
        self.events.len() >= CAPACITY
    }

    fn push(&mut self, event: Event) {
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
    fn begin_quiet_polls(&mut self) {
        for QuietPoll { start, before } in std::mem::take(&mut self.quiet) {
            if let Some(state) = self.lanes.get_mut(&start.lane) {
                state.is_polled_at(start.at, matches!(before, Doing::Waiting));
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
    fn forget_quiet_poll(&mut self, lane: LaneId) -> bool {
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

    /// A lane that has ended and is in no event any more is of no use to a verdict.
    fn forget_if_full(&mut self, lane: LaneId) {
        if self.is_full() {
            self.lanes.remove(&lane);
        }
    }

    /// What a lane waits for that has registered its waker there in this poll.
    fn waits(
        &mut self,
        registered: Vec<Registration>,
        made_at: &'static Location<'static>,
    ) -> Waits {
        // Equal waits share one allocation, since a loop waits in one place a thousand times. The
        // address of a location stands for it: to compare or to hash its text would take longer
        // than to walk the stack.
        let key = (registered, std::ptr::from_ref(made_at).addr());
        if let Some(known) = self.waits.get(&key) {
            return known.clone();
        }
        let mut stacks: Vec<(Stack, Option<LaneId>)> = vec![];
        for Registration { stack, inside } in &key.0 {
            stacks.push((self.stacks.get(*stack), *inside));
        }
        let when = if stacks.is_empty() { Registered::Never } else { Registered::Now };
        let waits = Waits::new(made_at, when, stacks);
        if !self.is_full() {
            self.waits.insert(key, waits.clone());
        }
        waits
    }

    /// This thread's number, for something that it does without running a lane. If the thread has
    /// no number, it gets one for this event only, since nothing would give the number back later.
    /// A thread of a pool is such a thread when it tells of the end of a closure.
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
        // The numbers after the first are for the workers, as long as there are any left.
        let first = if IN_A_CLOSURE.get() { self.workers + 1 } else { 0 };
        let mut number = self.threads.len().max(first);
        for (candidate, thread) in self.threads.iter().enumerate().skip(first) {
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

impl LaneState {
    fn new(name: String, at: Duration, made_at: &'static Location<'static>) -> LaneState {
        LaneState {
            name,
            made_at,
            now: Doing::Lazy,
            polled: at,
            polls: 0,
            self_wakes: 0,
            since: at,
            woken: None,
            polled_by: None,
            waits: None,
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
    fn is_polled_at(&mut self, at: Duration, waiting: bool) {
        // Both counts are for one instant: a lane that spins does so without time passing.
        if self.polled != at {
            self.polls = 0;
            self.self_wakes = 0;
        }
        self.polls += 1;
        self.polled = at;
        if self.woken.take().is_some() || !waiting {
            self.since = at;
        }
    }

    /// Forgets what was known of the poll before. `waited` is [`Log::waited`].
    fn begins_poll(&mut self, waited: Duration) {
        self.waited = waited;
        self.said_in_this_poll = false;
        self.registered.clear();
        self.gave_way = None;
        self.inside = Duration::ZERO;
        self.began = Instant::now();
    }

    /// It has registered its waker there, in the poll that is going on.
    fn registers(&mut self, registration: Registration) {
        // A second time at the same place counts as the later one: what was registered in between
        // may be over.
        self.registered.retain(|other| *other != registration);
        if self.registered.len() < MOST_PLACES {
            self.registered.push(registration);
        }
    }

    /// What a poll that returned `Pending` registered, compared with where the lane waited before.
    fn moves(&mut self, registered: &[Registration]) -> Moved {
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
        match &self.kept {
            Some(kept) => kept.anywhere(),
            None => false,
        }
    }
}

/// Prints a line as the lane that is running, and marks it on the timeline: like `println!`, with
/// the time and the lane before the text. Outside a run it only prints the text.
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
            run.scheduler.run_until_idle_on_thread();
            run.says(&text, location);
        }
        None => println!("{text}"),
    }
}
