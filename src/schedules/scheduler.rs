//! Which of the ready lanes is polled next: the gate of one run.
//!
//! As long as every decision is tokio's own, the scheduler only looks on, so that the first
//! schedule is what [`record`](crate::record) records, to the byte. To poll another lane first, it
//! *defers*: each ready lane that comes by returns `Pending` without having been polled, its waker
//! is kept here, and when the chosen lane has come, the wakers are rung in the order in which their
//! lanes came. So the runtime's queue is what it was, less the chosen lane. Nothing is rung while a
//! deferred lane waits; the queue runs empty, whatever asked for `yield_now` comes by, then `main`;
//! and if the runtime would sleep, the chosen lane does not come at all: there is no such schedule.
//!
//! Time does not pass meanwhile. The runtime is told about the wakers before it sleeps, and then it
//! has something to do.
//!
//! One decision, where tokio would poll A, then B, then C, and C is to come first:
//!
//! ```text
//!   tokio's queue   what comes by   the scheduler                      hold
//!   A B C           A               a decision: C. A is deferred       For(C)
//!   B C             B               deferred, too                      For(C)
//!   C               C               its turn; A and B are rung         Nothing
//!   A B             A               the next decision, without C       …
//! ```
//!
//! The steps of a poll are `before_poll` (may it take place?), `begin`, the poll itself, and
//! `after_poll`. What happens in between (a wake, a drop, a line) comes through the other methods
//! of the gate. All of them change the one [`State`], and none of them calls anything while it is
//! locked: wakers are collected and rung afterwards, since what is rung may come back here at once.
use super::{
    cancellable::{Cut, Droppable, Suspensions},
    candidates::{self, Candidate, Context, LATER, Roles},
    plan::Plan,
};
use crate::timeline::{Admission, Gate, LaneId, Made, Poller, Stranger, human, quietly};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    panic::Location,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{self, Poll, Waker},
    time::Duration,
};
use tokio::task::coop;

/// A run in which lanes are polled more often than this is not waited for.
/// A program that spins would use up the whole budget in one schedule.
pub(super) const MOST_POLLS: u64 = 20_000;

/// Where the runtime may go from one lane to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// Where a lane waits: what a runtime with one thread can do, and a `LocalSet`, and `join!`.
    Waits,
    /// At every operation of tokio, too: what several threads can do.
    Operations,
}

/// One decision: several lanes were ready.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    /// The lanes that could come next; the first of them is the one that comes without us.
    pub candidates: Vec<Candidate>,
    /// Which of them came.
    /// 0 is tokio's own choice; anything else is a departure.
    pub taken: usize,
    /// The lane that came by.
    pub lane: LaneId,
    /// When that was.
    pub moment: Moment,
    /// In whose poll the decision was made.
    /// What was possible is judged when the run is over, and depends on it.
    pub context: Context,
    /// Everything that had happened until then.
    /// When the same choices are made again and this differs, something was drawn by lot.
    pub digest: u64,
    /// When it was made, on the clock of the run.
    pub at: Duration,
    /// The lane that was polled then. It may not have existed when it was chosen.
    pub came: Option<LaneId>,
}

/// What a scheduler knows of a lane.
pub(super) struct Known {
    /// With `made_at` it says which lane this is across runs, in which numbers may differ.
    pub name: String,
    pub made_at: &'static Location<'static>,
    /// It has not ended, and was not dropped.
    pub live: bool,
    /// It has been polled.
    /// Before its first poll a lane is ready without a wake.
    pub started: bool,
    /// Its own waker has been rung, and not only that of a lane inside it, since its last poll.
    /// That makes it ready. A wake that only came through it says nothing about its own code.
    pub woken: bool,
    /// Its own waker or that of a lane inside it has been rung since its last poll.
    rung: bool,
    /// How often that has happened in all.
    /// Compared at the beginning and at the end of a poll: a wake in between means that the lane is
    /// polled again.
    rings: u64,
    /// It was rung because it had asked to be polled after all others that are ready.
    pub yielded: bool,
    /// Its last poll ended because there was no budget left. It goes on when it is rung.
    /// Only at [`Granularity::Operations`], where each poll has a budget of one operation.
    exhausted: bool,
    /// Its last poll took place because it or a lane inside it had been woken, and nothing has
    /// deferred it since: so if it returned `Pending`, it has suspended.
    suspends: bool,
    /// What polled it last.
    pub poller: Option<Poller>,
    /// What was first about to poll it, and in the midst of which poll.
    pub first_came: Option<(Poller, Moment)>,
    /// Lanes that were made while it waited, and polled beside it: in which poll of the lane around
    /// them, and when each was made.
    pub made_beside: Vec<(Moment, Moment)>,
    /// It is one of several futures that are polled together, so others may come in between.
    /// Branches of a `join!` can change places among each other; what is awaited alone cannot.
    pub branch: bool,
    /// The lane around it was polled and did not poll it, although it is ready.
    /// As long as that is so, choosing it would be in vain.
    pub passed_over: bool,
    /// When it became ready, and after how many polls of any lane that was.
    /// In this order the runtime's queue has them.
    pub ready: Moment,
    /// Lanes of one batch became ready in the course of one poll: their order is that of the wakes,
    /// which tokio may draw by lot.
    pub batch: u64,
    /// When it was made.
    pub created: Moment,
    /// When it was polled last, in its own turn; 0 before that.
    pub polled: Moment,
}

/// What happens in a run is numbered.
pub(super) type Moment = u64;

/// A poll that has not returned.
struct Frame {
    lane: LaneId,
    /// It identifies the poll: a lane has many, and a decision belongs to one.
    begun: Moment,
    /// See [`Admission::Quiet`].
    quiet: bool,
    /// It was this lane's turn: it is not only being polled for the sake of one inside it.
    /// What is polled for the sake of another one makes no progress, and no decision is due for it.
    own: bool,
    /// Its lane's `rings` when it began.
    rings: u64,
    /// The lanes that this poll has polled, or would have.
    /// A lane that was chosen and is not among them did not come, and this poll is over.
    came: Vec<LaneId>,
    /// Those of them that it polled for the first time.
    started: Vec<LaneId>,
    /// A lane inside it was deferred. Then its own wake may be our doing: see what `woken` says of
    /// `FuturesUnordered`.
    deferred: bool,
}

/// Why lanes that are ready have to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// They need not.
    Nothing,
    /// This one was chosen, and they wait until it comes.
    For(LaneId),
    /// One that is made after the moment `since`, in the poll `inside`, comes first.
    Later { inside: Moment, since: Moment },
    /// This one has used up its budget. When it comes, there is a decision; if the runtime has
    /// nothing to do before it comes, it is not ready.
    MayGoOn(LaneId),
}

/// Why nothing can be said about a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It uses threads.
    Threads,
    /// A loop of its own calls its callbacks.
    Callback(String),
    /// A task without a lane took part: after these words, "a task without a lane".
    Task(String),
}

pub(super) struct State {
    plan: Plan,
    granularity: Granularity,
    /// The order of wakes is drawn by lot: whichever lane comes by first, those that became ready
    /// together count in the order in which they were made. What is known to come, and what is not,
    /// has been learnt before.
    canonical: Option<Arc<Roles>>,
    /// By their numbers, which are those of the recording.
    pub lanes: Vec<Known>,
    /// Polls that have begun and not returned, the outermost first.
    frames: Vec<Frame>,
    /// At most one lane is waited for at a time: the next decision is made when it has come.
    hold: Hold,
    /// The lanes that have been deferred, in the order in which they came, with their wakers.
    parked: Vec<(LaneId, Waker)>,
    /// Lanes that have yielded and came before the others were done: see [`State::rest`].
    resting: Vec<(LaneId, Waker)>,
    /// A lane has been deferred in this run, so polls may be our doing.
    deferred: bool,
    /// Only those between several lanes. Where one lane is ready, there is nothing to decide.
    pub decisions: Vec<Decision>,
    /// Counts what happens, so that it can be said what came before what.
    now: Moment,
    /// All polls that came by, also those that were deferred: see [`MOST_POLLS`].
    polls: u64,
    /// The time on the run's clock when a lane last came by.
    at: Duration,
    /// Wakers that are being rung, one through the other.
    /// More than none: the wake that is being noted came through another lane.
    ringing: usize,
    digest: u64,
    pub ends: Ends,
    /// Looked at when the run is over: only then is it known which lanes were tasks.
    /// Kept until the end of the run: only then is it known which lanes were tasks.
    counts: Vec<TaskCount>,
    /// Which lane to drop, and when.
    cut: Option<Cut>,
    /// The lanes that may be dropped.
    /// Noted in each run, since the first tells which cancellations there are to try.
    pub suspensions: Vec<Suspensions>,
}

/// What ends the exploring of a run early. The run itself goes on to its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    /// The chosen lane did not come: there is no such schedule.
    pub vain: Option<LaneId>,
    /// The plan asks for a candidate that there is not.
    pub misfit: Option<usize>,
    /// Lanes were polled more than [`MOST_POLLS`] times; until when, on the clock of the run.
    pub spins: Option<Duration>,
    pub refusal: Option<Refusal>,
    /// The lane that was to be dropped has been dropped.
    pub cut: bool,
}

/// How many tasks there were after a poll that spawned one.
struct TaskCount {
    /// The lane that was polled.
    lane: LaneId,
    at: Duration,
    /// As the runtime counts them: those without a lane are among them.
    alive: usize,
    /// Lanes that were known to be tasks, and were alive.
    tasks: usize,
    /// Lanes that nothing had polled yet.
    unpolled: Vec<LaneId>,
    /// The lane that was made last.
    last: LaneId,
}

/// The gate of one run.
pub(super) struct Scheduler(Mutex<State>);

impl Scheduler {
    pub fn new(
        plan: Plan,
        granularity: Granularity,
        canonical: Option<Arc<Roles>>,
        cut: Option<Cut>,
    ) -> Scheduler {
        Scheduler(Mutex::new(State {
            plan,
            granularity,
            canonical,
            lanes: vec![],
            frames: vec![],
            hold: Hold::Nothing,
            parked: vec![],
            resting: vec![],
            deferred: false,
            decisions: vec![],
            now: 0,
            polls: 0,
            at: Duration::ZERO,
            ringing: 0,
            digest: 0,
            ends: Ends::default(),
            counts: vec![],
            cut,
            suspensions: vec![],
        }))
    }

    /// What has been seen. A panic of the program while this was held leaves it readable.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leaves so much of the task's budget that the lane is interrupted at its next operation of tokio,
/// and at its first poll before it. Most operations take effect first and give way then.
fn leave_one_operation(first: bool) {
    let mut cx = task::Context::from_waker(Waker::noop());
    // Where there is no budget to be used up, it does not end.
    // Tokio's budget is 128 operations.
    for _ in 0..256 {
        let Poll::Ready(unit) = coop::poll_proceed(&mut cx) else { return };
        if !first && !coop::has_budget_remaining() {
            return; // dropped without progress, the unit is given back
        }
        unit.made_progress();
        if first && !coop::has_budget_remaining() {
            return;
        }
    }
}

/// Rings wakers as the scheduler: what is rung may run code of the program.
fn ring(wakers: Vec<Waker>) {
    quietly(|| wakers.into_iter().for_each(Waker::wake));
}

impl Gate for Scheduler {
    fn created(&self, lane: LaneId, made: Made<'_>) {
        self.state().created(lane, made);
    }

    fn before_poll(&self, lane: LaneId, poller: Poller, waker: &Waker, at: Duration) -> Admission {
        let mut state = self.state();
        let (decided, wakers) = state.admit(lane, poller, waker, at);
        let by_operation = state.granularity == Granularity::Operations;
        let first = state.lanes[lane].polled == 0;
        drop(state);
        ring(wakers);
        match decided {
            Decided::ItsTurn(_) if by_operation && !coop::has_budget_remaining() => {
                // A lane before it has used up the budget of their task, so it could do nothing.
                // It is still its turn when the task has another budget.
                self.state().wait_for_budget(lane);
                ring(vec![quietly(|| waker.clone())]);
                Admission::Defer
            }
            Decided::ItsTurn(admission) => {
                if by_operation {
                    leave_one_operation(first);
                }
                let mut state = self.state();
                state.begin(lane, admission == Admission::Quiet, true, at);
                admission
            }
            Decided::Idle(admission) => {
                self.state().begin(lane, admission == Admission::Quiet, false, at);
                admission
            }
            Decided::Deferred => Admission::Defer,
        }
    }

    fn after_poll(&self, lane: LaneId, ended: bool) {
        let exhausted = !coop::has_budget_remaining();
        let wakers = self.state().polled(lane, ended, exhausted);
        ring(wakers);
    }

    fn woken(&self, lane: LaneId, yielded: bool) -> bool {
        self.state().woken(lane, yielded)
    }

    fn has_rung(&self, _lane: LaneId) {
        self.state().ringing -= 1;
    }

    fn drops(&self, lane: LaneId, suspends: bool) -> bool {
        self.state().drops(lane, suspends)
    }

    fn dropped(&self, lane: LaneId) {
        let mut state = self.state();
        let (wakers, unused) = state.dropped(lane);
        drop(state);
        drop(unused);
        ring(wakers);
    }

    fn said(&self, text: &str) {
        self.state().note(text);
    }

    fn about_to_park(&self) {
        let mut state = self.state();
        // The queue is empty, and the lane that was waited for has not come. It never will.
        match state.hold {
            Hold::For(chosen) => state.give_up_on(chosen),
            Hold::Later { .. } => state.give_up_on(LATER),
            Hold::MayGoOn(_) | Hold::Nothing => {}
        }
        let mut wakers = state.release();
        wakers.extend(state.end_rest());
        drop(state);
        ring(wakers);
    }

    fn stranger(&self, stranger: Stranger) {
        self.state().meet_stranger(stranger);
    }
}

/// What becomes of a poll that is about to begin.
enum Decided {
    ItsTurn(Admission),
    /// It is not ready, and polled for the sake of another.
    Idle(Admission),
    Deferred,
}

impl State {
    fn tick(&mut self) -> Moment {
        self.now += 1;
        self.now
    }

    /// Adds to the digest, which is the same for two runs in which the same has happened.
    fn note(&mut self, what: &(impl Hash + ?Sized)) {
        let mut hasher = DefaultHasher::new();
        self.digest.hash(&mut hasher);
        what.hash(&mut hasher);
        self.digest = hasher.finish();
    }

    pub fn digest(&self) -> u64 {
        self.digest
    }

    fn created(&mut self, lane: LaneId, made: Made<'_>) {
        debug_assert_eq!(lane, self.lanes.len());
        self.note(made.name);
        let now = self.tick();
        self.lanes.push(Known {
            name: made.name.to_owned(),
            made_at: made.at,
            live: true,
            started: false,
            woken: false,
            rung: true, // its first poll needs no wake
            rings: 0,
            yielded: false,
            exhausted: false,
            suspends: false,
            poller: None,
            first_came: None,
            made_beside: vec![],
            branch: false,
            passed_over: false,
            ready: now,
            batch: self.polls,
            created: now,
            polled: 0,
        });
    }

    /// `lane` comes by: it is about to be polled by `poller`.
    fn admit(
        &mut self,
        lane: LaneId,
        poller: Poller,
        waker: &Waker,
        at: Duration,
    ) -> (Decided, Vec<Waker>) {
        self.at = at;
        self.comes_by(lane, poller);
        // From here on: what is not asked for any more, what is not ready, what has to wait, and
        // only then what can be decided.
        if self.ends.spins.is_some() {
            // The wakers of all lanes are thrown away, so the run comes to its end.
            return (Decided::Deferred, vec![]);
        }
        let ready = candidates::is_ready(&self.lanes[lane]);
        if !ready {
            return (Decided::Idle(self.idle_admission(lane, poller)), vec![]);
        }
        // Nothing more is decided, so that the run comes to its end as if there were no scheduler.
        if self.is_over() {
            let wakers = self.release();
            return (Decided::ItsTurn(Admission::Poll), wakers);
        }
        // Without a deferred lane, tokio itself polls it after all others.
        if self.lanes[lane].yielded && self.deferred {
            return self.rest(lane, waker);
        }
        match self.hold {
            Hold::For(chosen) if chosen == lane => return self.its_turn(lane),
            // It is ready itself, and what was chosen is inside it: its own code comes first.
            Hold::For(chosen) if candidates::holds(&self.lanes, lane, chosen) => {
                return (Decided::ItsTurn(Admission::Poll), vec![]);
            }
            Hold::For(_) => return self.defer(lane, waker),
            Hold::Later { inside, since } => {
                let here = self.frames.last().is_some_and(|frame| frame.begun == inside);
                if !here || self.lanes[lane].created < since {
                    return self.defer(lane, waker);
                }
            }
            // It has to be asked again when that lane comes, so this one waits with the others.
            Hold::MayGoOn(first) if first != lane => return self.defer(lane, waker),
            Hold::MayGoOn(_) | Hold::Nothing => {}
        }
        // It goes on, or one of those that have waited for it to come is chosen: that one has to
        // come by again.
        let goes_on = self.hold == Hold::MayGoOn(lane);
        let made_after = match self.hold {
            Hold::Later { since, .. } => since,
            _ => 0,
        };
        let wakers = self.release();
        let (decided, more) = self.decide(lane, poller, waker, at, goes_on, made_after);
        (decided, [wakers, more].concat())
    }

    /// Several lanes may be ready: one of them comes next.
    fn decide(
        &mut self,
        lane: LaneId,
        poller: Poller,
        waker: &Waker,
        at: Duration,
        goes_on: bool,
        made_after: Moment,
    ) -> (Decided, Vec<Waker>) {
        let context = self.context(lane, poller);
        // A lane in the midst of whose poll this happens has begun already and cannot come first.
        let running = self.frames.iter().map(|frame| frame.lane).collect::<Vec<_>>();
        let mut order = candidates::of(&self.lanes, lane, context, &running, self.deferred);
        // If a lane that did not exist yet was to come first, those that did do not.
        order.retain(|candidate| {
            [lane, LATER].contains(&candidate.lane)
                || self.lanes[candidate.lane].created > made_after
        });
        if let Some(roles) = &self.canonical {
            order.retain(|candidate| {
                candidate.lane == lane || roles.may_come(*candidate, lane, context, &self.lanes)
            });
            let others = if goes_on { &mut order[1..] } else { &mut order[..] };
            let batch = |lane: LaneId| self.lanes.get(lane).map_or(u64::MAX, |known| known.batch);
            others.sort_by_key(|candidate| (batch(candidate.lane), candidate.lane));
        }
        // No decision: nothing is noted, or each poll would be one.
        if order.len() == 1 {
            return self.its_turn(lane);
        }
        let nth = self.decisions.len();
        let taken = match self.plan.choose(nth, lane, &order, context, &self.lanes) {
            Some(taken) => taken,
            None => {
                // The program is not the one that the schedule was found in. It goes on in tokio's
                // own order.
                self.ends.misfit = Some(nth);
                0
            }
        };
        let chosen = order[taken].lane;
        let digest = self.digest;
        let moment = self.tick();
        let candidates = order;
        let came = None;
        let decision = Decision { candidates, taken, lane, moment, context, digest, at, came };
        // Noted before it is known whether the chosen lane comes: if not, the run ends in vain, and
        // says which decision it was.
        self.decisions.push(decision);
        if chosen == lane {
            return self.its_turn(lane);
        }
        // What does not exist yet has no number to wait for: it is known by the poll that will make
        // it.
        self.hold = match (chosen, self.frames.last()) {
            (LATER, Some(frame)) => Hold::Later { inside: frame.begun, since: moment },
            _ => Hold::For(chosen),
        };
        self.defer(lane, waker)
    }

    /// Nothing is decided any more in this run: what it would show is not asked for.
    fn is_over(&self) -> bool {
        self.ends.vain.is_some() || self.ends.misfit.is_some() || self.ends.refusal.is_some()
    }

    /// Notes what is known as soon as a lane comes by, whatever becomes of it.
    fn comes_by(&mut self, lane: LaneId, poller: Poller) {
        self.polls += 1;
        // Noted once, with the time at which that was; from here on each poll is deferred, for
        // good.
        if self.polls > MOST_POLLS {
            self.ends.spins.get_or_insert(self.at);
        }
        if poller == Poller::UnnamedTask {
            let known = &self.lanes[lane];
            let what = format!("the lane {} ({}) is polled by", known.name, known.made_at);
            self.refuse(Refusal::Task(what));
        }
        let now = self.tick();
        let inside = self.frames.last_mut();
        let begun = inside.as_ref().map_or(now, |frame| frame.begun);
        if let Some(frame) = inside {
            // It comes for the first time, beside others that wait there: the lane around it makes
            // lanes one after the other, and polls each at once.
            if self.lanes[lane].first_came.is_none() {
                let made = self.lanes[lane].created;
                for other in &frame.came {
                    let other = &mut self.lanes[*other];
                    if other.live {
                        other.made_beside.push((begun, made));
                    }
                }
            }
            frame.came.push(lane);
        }
        let known = &mut self.lanes[lane];
        known.poller = Some(poller);
        known.passed_over = false;
        known.first_came.get_or_insert((poller, begun));
    }

    /// A poll that brings nothing about stands in the recording if it takes place without us, too.
    fn idle_admission(&self, lane: LaneId, poller: Poller) -> Admission {
        // A lane inside another is polled whenever that one is; a task only when something has
        // woken it.
        let without_us = match poller {
            Poller::Lane(_) => self.frames.last().is_none_or(|frame| !frame.quiet),
            Poller::Runtime | Poller::UnnamedTask => self.lanes[lane].rung,
        };
        if self.deferred && !without_us { Admission::Quiet } else { Admission::Poll }
    }

    /// In whose poll `lane` comes by, and whether that is a place at which others may come first.
    fn context(&mut self, lane: LaneId, poller: Poller) -> Context {
        let frame = match (poller, self.frames.last()) {
            (Poller::Lane(_), Some(frame)) => frame,
            _ => return Context::Anywhere { inside: None },
        };
        let inside = Some(frame.begun);
        let known = &self.lanes[lane];
        // It has been polled, or stood beside others before: so others may come before it again.
        if known.started || known.branch {
            return Context::Anywhere { inside };
        }
        // A lane that was polled before this one, in this very poll, and is still there, although
        // this one existed already: so they are polled together, as by `join!`.
        let together = frame.started.iter().any(|other| {
            let other = &self.lanes[*other];
            other.live && known.created < other.polled
        });
        if together {
            self.lanes[lane].branch = true;
            return Context::Anywhere { inside };
        }
        Context::FirstOf { inside: frame.begun }
    }

    /// The lane is polled now, and whatever has waited for it goes on.
    fn its_turn(&mut self, lane: LaneId) -> (Decided, Vec<Waker>) {
        // A lane that was to be made later may need several decisions: it is what all of them
        // chose.
        for decision in self.decisions.iter_mut().rev() {
            if decision.came.is_some() {
                break;
            }
            decision.came = Some(lane);
        }
        let wakers = self.release();
        // What goes on with another budget is still the poll that it was.
        let goes_on = self.lanes[lane].exhausted && !self.lanes[lane].yielded;
        let admission = if goes_on { Admission::Quiet } else { Admission::Poll };
        (Decided::ItsTurn(admission), wakers)
    }

    /// Ends the wait of those that have been deferred.
    fn release(&mut self) -> Vec<Waker> {
        self.hold = Hold::Nothing;
        if self.granularity == Granularity::Operations {
            // One whose budget was used up stands behind those that had been ready before it.
            self.parked.sort_by_key(|(lane, _)| self.lanes[*lane].ready);
        }
        self.parked.drain(..).map(|(_, waker)| waker).collect()
    }

    /// The lane waits: its poll returns `Pending` without having taken place, and its waker is
    /// kept.
    fn defer(&mut self, lane: LaneId, waker: &Waker) -> (Decided, Vec<Waker>) {
        let waker = quietly(|| waker.clone());
        self.defers(lane);
        // A lane inside another that is deferred has siblings, or nothing could have come first.
        if matches!(self.lanes[lane].poller, Some(Poller::Lane(_))) {
            self.lanes[lane].branch = true;
        }
        // A lane can come by several times while it waits: the last waker is the one that counts.
        match self.parked.iter_mut().find(|(other, _)| *other == lane) {
            Some((_, known)) => *known = waker,
            None => self.parked.push((lane, waker)),
        }
        (Decided::Deferred, vec![])
    }

    /// A lane that yields lets all others go first, and goes when nothing else can: so does tokio,
    /// which wakes it when its queue is empty. When lanes are deferred, that queue is empty too
    /// early, so the lane has to wait for another time.
    fn rest(&mut self, lane: LaneId, waker: &Waker) -> (Decided, Vec<Waker>) {
        let waker = quietly(|| waker.clone());
        self.defers(lane);
        match self.resting.iter_mut().find(|(other, _)| *other == lane) {
            Some((_, known)) => *known = waker,
            None => self.resting.push((lane, waker)),
        }
        (Decided::Deferred, vec![])
    }

    /// Nothing else can go on: lanes that have yielded are as ready as any, from now on.
    fn end_rest(&mut self) -> Vec<Waker> {
        let now = self.tick();
        let resting = std::mem::take(&mut self.resting);
        for (lane, _) in &resting {
            let known = &mut self.lanes[*lane];
            known.yielded = false;
            known.ready = now;
            known.batch = self.polls;
        }
        resting.into_iter().map(|(_, waker)| waker).collect()
    }

    fn wait_for_budget(&mut self, lane: LaneId) {
        // It is the chosen one still: with the next budget it comes, and then it is its turn.
        self.hold = Hold::For(lane);
        self.defers(lane);
    }

    /// From here on, what the runtime does may be our doing.
    fn defers(&mut self, lane: LaneId) {
        if !self.deferred {
            self.deferred = true;
            // Until now the runtime's queue was what it is without us.
            for known in &mut self.lanes {
                known.yielded = false;
            }
        }
        // What returns `Pending` because of us has not suspended, and neither have the lanes around
        // it.
        self.lanes[lane].suspends = false;
        for frame in &mut self.frames {
            frame.deferred = true;
        }
    }

    fn begin(&mut self, lane: LaneId, quiet: bool, own: bool, at: Duration) {
        if own {
            self.note(&(lane, at));
        }
        let now = self.tick();
        let known = &mut self.lanes[lane];
        let rings = known.rings;
        known.suspends = own || known.rung;
        known.rung = false;
        if own {
            known.woken = false;
            known.yielded = false;
            known.exhausted = false;
            known.polled = now;
            if !known.started {
                known.started = true;
                if let Some(frame) = self.frames.last_mut() {
                    frame.started.push(lane);
                }
            }
        }
        self.frames.push(Frame {
            lane,
            begun: now,
            quiet,
            own,
            rings,
            came: vec![],
            started: vec![],
            deferred: false,
        });
    }

    fn polled(&mut self, lane: LaneId, ended: bool, exhausted: bool) -> Vec<Waker> {
        let Some(nth) = self.frames.iter().rposition(|frame| frame.lane == lane) else {
            return vec![];
        };
        // A lane is in the midst of one poll at a time, so its last frame is the one.
        let frame = self.frames.remove(nth);
        let known = &mut self.lanes[lane];
        known.live &= !ended;
        let rung = known.rings > frame.rings;
        let by_operation = self.granularity == Granularity::Operations;
        if by_operation && exhausted && frame.own && !ended {
            known.exhausted = true;
            if self.hold == Hold::Nothing && !self.is_over() {
                self.hold = Hold::MayGoOn(lane);
            }
        }
        self.count_tasks(lane, ended);
        if ended || rung {
            return vec![]; // it is over, or will be polled again
        }
        // Whatever inside it is ready and did not come by, is not polled by it any more.
        for other in 0..self.lanes.len() {
            let inside = self.lanes[other].poller == Some(Poller::Lane(lane));
            let before = self.lanes[other].ready < frame.begun;
            let ready = candidates::is_ready(&self.lanes[other]);
            // A `select!` whose chosen arm awaits does that: no schedule can make that lane come.
            if inside && before && ready && !frame.came.contains(&other) {
                self.lanes[other].passed_over = true;
            }
        }
        // The poll that was to make another lane is over, and has made none.
        if let Hold::Later { inside, .. } = self.hold
            && inside == frame.begun
        {
            self.give_up_on(LATER);
            return self.release();
        }
        if let Hold::For(chosen) = self.hold
            && !frame.came.contains(&chosen)
            && self.ought_to_come_in(chosen, &frame)
        {
            self.give_up_on(chosen);
            return self.release();
        }
        vec![]
    }

    /// Whether `chosen` can only come in the poll `frame`, which is over.
    fn ought_to_come_in(&self, chosen: LaneId, frame: &Frame) -> bool {
        if self.lanes[chosen].passed_over {
            return true;
        }
        match self.decisions.last() {
            Some(Decision { context: Context::FirstOf { inside }, .. }) => {
                *inside == frame.begun && self.lanes[chosen].first_came.is_none()
            }
            _ => false,
        }
    }

    /// There is no such schedule.
    fn give_up_on(&mut self, chosen: LaneId) {
        self.ends.vain = Some(chosen);
    }

    fn woken(&mut self, lane: LaneId, yielded: bool) -> bool {
        // A wake goes through each lane around the one that was woken. Only the innermost has news.
        let through_another = self.ringing > 0;
        self.ringing += 1;
        // `FuturesUnordered` wakes its task when it has polled all that is in it. That says nothing
        // about what the task itself can do; and if something in it was deferred, the wake is our
        // doing.
        let polls_others = match self.frames.last() {
            Some(frame) if frame.lane == lane && !frame.came.is_empty() => Some(frame.deferred),
            _ => None,
        };
        if let (Some(our_doing), false, false) = (polls_others, through_another, yielded) {
            let known = &mut self.lanes[lane];
            known.rings += 1;
            known.rung |= !our_doing;
            return !our_doing;
        }
        let now = self.tick();
        let polls = self.polls;
        let known = &mut self.lanes[lane];
        known.rings += 1;
        let goes_on = known.exhausted && yielded;
        known.rung |= !goes_on;
        // The lane around the one that was woken is not ready itself: it is polled for the sake of
        // that.
        if through_another {
            return true;
        }
        if !known.woken {
            known.woken = true;
            known.yielded = yielded && !goes_on;
            known.ready = now;
            known.batch = polls;
        }
        !goes_on
    }

    fn drops(&mut self, lane: LaneId, suspends: bool) -> bool {
        let known = &self.lanes[lane];
        let rung = known.rung && known.started;
        if suspends && !known.suspends {
            return false; // it was deferred, or polled for the sake of another
        }
        // By name and position, since the numbers of lanes may differ in another schedule.
        let same_name = |other: &&Known| other.name == known.name;
        let position = self.lanes[..lane].iter().filter(same_name).count();
        let droppable = Droppable { name: known.name.clone(), position };
        if suspends {
            let at = self.at;
            match self.suspensions.iter_mut().find(|known| known.lane == droppable) {
                Some(known) => known.times.push(at),
                None => {
                    let lane = droppable.clone();
                    self.suspensions.push(Suspensions { lane, times: vec![at] });
                }
            }
        }
        // The run only looks for suspensions, and drops nothing.
        let Some(cut) = &mut self.cut else { return false };
        if cut.lane != droppable || self.ends.cut {
            return false;
        }
        if suspends {
            cut.seen += 1;
        }
        let now = if cut.once_woken { !suspends && rung } else { suspends };
        // Once in a run: what comes of it is to be seen without a second cancellation.
        self.ends.cut = now && cut.seen == cut.nth;
        self.ends.cut
    }

    fn dropped(&mut self, lane: LaneId) -> (Vec<Waker>, Vec<(LaneId, Waker)>) {
        self.note(&(lane, "dropped"));
        self.lanes[lane].live = false;
        let mut unused = vec![];
        // Given back and dropped without the lock: the destructor of a waker may be the program's.
        unused.extend(self.parked.extract_if(.., |(other, _)| *other == lane));
        unused.extend(self.resting.extract_if(.., |(other, _)| *other == lane));
        // If it was the one that the others waited for, they wait no more.
        let wakers = match self.hold {
            Hold::For(chosen) if chosen == lane => {
                self.give_up_on(chosen);
                self.release()
            }
            Hold::MayGoOn(first) if first == lane => self.release(),
            _ => vec![],
        };
        (wakers, unused)
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.ends.refusal.get_or_insert(refusal);
    }

    fn meet_stranger(&mut self, stranger: Stranger) {
        match stranger {
            Stranger::Thread => self.refuse(Refusal::Threads),
            Stranger::Task => self.refuse(Refusal::Task("something is said or woken by".into())),
            Stranger::Callback(lane) => {
                self.lanes[lane].live = false;
                let name = self.lanes[lane].name.clone();
                self.refuse(Refusal::Callback(name));
            }
        }
    }

    /// Tasks that are no lanes run whenever the runtime likes, so there must be none. The runtime
    /// knows how many tasks there are; which lanes are tasks is only known once they are polled.
    fn count_tasks(&mut self, lane: LaneId, ended: bool) {
        // Only after the outermost poll: in between, a task may be half-way.
        if !self.frames.is_empty() {
            return;
        }
        let Ok(handle) = tokio::runtime::Handle::try_current() else { return };
        let alive = handle.metrics().num_alive_tasks();
        if alive == 0 {
            return;
        }
        let mut tasks = 0;
        let mut unpolled = vec![];
        for (number, known) in self.lanes.iter().enumerate().skip(1) {
            // The task of a lane that has just ended is still there: it has not returned yet.
            let there = known.live || (ended && number == lane);
            if !there {
                continue;
            }
            match known.poller {
                None => unpolled.push(number),
                Some(Poller::Runtime) => tasks += 1,
                Some(_) => {}
            }
        }
        // More than are known. Which lanes that nothing has polled yet are tasks shows later.
        if alive > tasks {
            let at = self.at;
            let last = self.lanes.len() - 1;
            self.counts.push(TaskCount { lane, at, alive, tasks, unpolled, last });
        }
    }

    /// Once the run is over: whether there was a task without a lane, and after which poll.
    pub fn look_for_unnamed_tasks(&mut self) {
        let found = self.counts.iter().find(|count| {
            let became_tasks = count.unpolled.iter().filter(|lane| {
                let known = &self.lanes[**lane];
                // One that nothing has ever polled may have been a task that was aborted.
                matches!(known.first_came, None | Some((Poller::Runtime, _)))
            });
            count.alive > count.tasks + became_tasks.count()
        });
        let Some(count) = found else { return };
        let by = &self.lanes[count.lane].name;
        let at = human(count.at);
        let last = &self.lanes[count.last];
        // The lane that was made last is where to look: what spawns the task is near it in the
        // code.
        let what = match count.last {
            0 => format!("at {at}, {by} spawns"),
            _ => format!(
                "at {at}, after it made the lane {} ({}), {by} spawns",
                last.name, last.made_at
            ),
        };
        // This says more than that such a task has woken something.
        if let None | Some(Refusal::Task(_)) = self.ends.refusal {
            self.ends.refusal = Some(Refusal::Task(what));
        }
    }
}
