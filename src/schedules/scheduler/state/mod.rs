//! What the scheduler of one run knows, and how that changes: in the order of a lane's life.
//!
//! Nothing here calls a waker. The wakers of lanes that need not wait any more are collected in
//! [`State::released`], and called when the state is no longer locked.
use super::{
    candidates::{self, Context, LATER, Situation},
    decision::{Decision, Ends, Refusal},
    frame::Frame,
    granularity::Granularity,
    history::{History, MOST_ARRIVALS, Moment},
    known::KnownLane,
    plan::Plan,
    roles::{Roles, put_in_canonical_order},
    tasks::TaskCounts,
    waiting::{Hold, Waiting},
};
use crate::{
    schedules::cancellable::{Cut, Droppable, Suspensions},
    timeline::{LaneId, Made, Poller, Stranger},
};
use std::{sync::Arc, task::Waker, time::Duration};

/// A lane that something is about to poll: it *arrives*.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    /// Its number.
    pub lane: LaneId,
    /// What is about to poll it.
    pub poller: Poller,
    /// With this waker the lane is polled. It is called to be polled again.
    pub waker: &'a Waker,
    /// On the clock of the run.
    pub at: Duration,
}

/// What becomes of a lane that has arrived.
pub(super) enum Answer {
    /// It is polled. See [`Frame`] for the two fields.
    Poll { own_turn: bool, quiet: bool },
    /// It is not polled, and has to wait.
    Defer,
}

pub(crate) struct State {
    /// Which candidate is chosen at each decision.
    plan: Plan,
    /// At [`Granularity::Operations`] a lane can also wait for its budget.
    granularity: Granularity,
    /// Set if the order of wakes is drawn by lot. Then lanes that became ready during one poll
    /// count in the order in which they were made, whichever of them arrives first. What is known
    /// of lanes that were not polled yet was learnt in earlier runs, and stays the same from now
    /// on.
    canonical: Option<Arc<Roles>>,
    /// By their numbers, which are those of the recording.
    pub lanes: Vec<KnownLane>,
    /// Polls that have begun and not returned, the outermost first.
    frames: Vec<Frame>,
    /// The lanes that were deferred, and what they wait for.
    waiting: Waiting,
    /// Their wakers, once they need not wait any more: called as soon as the lock is given back.
    released: Vec<Waker>,
    /// A lane was deferred in this run. From then on the runtime's queue, and what it polls, may be
    /// due to the scheduler.
    has_deferred: bool,
    /// Only those between several lanes. Where one lane is ready, there is nothing to decide.
    pub decisions: Vec<Decision>,
    /// Numbers what happens, so that two moments and two runs can be compared.
    history: History,
    /// How many lanes are passing on a wake, each to the lane around it. If there is one already
    /// when a wake is noted, that wake came through another lane.
    wakes_under_way: usize,
    /// Why nothing is decided any more.
    pub ends: Ends,
    /// Kept until the run is over: only then is it known which lanes were tasks.
    tasks: TaskCounts,
    /// Which lane to drop, and when; none in a run that drops nothing.
    cut: Option<Cut>,
    /// The lanes that may be dropped, and when they suspended. The first run tells by it which
    /// cancellations there are to try.
    pub suspensions: Vec<Suspensions>,
}

impl State {
    /// A run in which nothing has happened yet.
    pub fn new(
        plan: Plan,
        granularity: Granularity,
        canonical: Option<Arc<Roles>>,
        cut: Option<Cut>,
    ) -> State {
        State {
            plan,
            granularity,
            canonical,
            lanes: vec![],
            frames: vec![],
            waiting: Waiting::default(),
            released: vec![],
            has_deferred: false,
            decisions: vec![],
            history: History::default(),
            wakes_under_way: 0,
            ends: Ends::default(),
            tasks: TaskCounts::default(),
            cut,
            suspensions: vec![],
        }
    }

    /// Everything that has happened until now, as one number: equal for two runs in which the same
    /// has happened.
    pub fn digest(&self) -> u64 {
        self.history.digest()
    }

    /// A lane printed a line: that is part of what has happened.
    pub fn said(&mut self, text: &str) {
        self.history.note(text);
    }

    /// The wakers that have to be called now, without the lock.
    pub fn take_released(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.released)
    }

    // A lane is made, and arrives.

    /// A lane was made. Its first poll needs no wake.
    pub fn created(&mut self, lane: LaneId, made: Made<'_>) {
        debug_assert_eq!(lane, self.lanes.len());
        self.history.note(made.name);
        let now = self.history.tick();
        self.lanes.push(KnownLane::new(made, now, self.history.arrivals));
    }

    /// A lane arrives: is it polled now?
    pub(super) fn arrives(&mut self, arrival: Arrival<'_>) -> Answer {
        self.note_arrival(arrival);
        let lane = arrival.lane;
        if self.ends.spins.is_some() {
            // No waker is kept, so no lane is polled any more, and the run comes to its end.
            return Answer::Defer;
        }
        if !self.lanes[lane].is_ready() {
            return Answer::Poll { own_turn: false, quiet: self.is_quiet(arrival) };
        }
        if self.ends.is_no_schedule() {
            // The run comes to its end as if there were no scheduler.
            self.release();
            return Answer::Poll { own_turn: true, quiet: false };
        }
        // As long as no lane was deferred, tokio itself polls it after all others.
        if self.lanes[lane].yielded && self.has_deferred {
            return self.rest(arrival);
        }
        match self.waiting.hold {
            Hold::For(chosen) if chosen == lane => self.its_turn(lane),
            // The chosen lane is inside this one, whose own code comes first.
            Hold::For(chosen) if candidates::holds(&self.lanes, lane, chosen) => {
                Answer::Poll { own_turn: true, quiet: false }
            }
            Hold::For(_) => self.defer(arrival),
            Hold::Later { inside, since } => match self.is_made_later(lane, inside, since) {
                true => self.decide(arrival),
                false => self.defer(arrival),
            },
            // Which lane comes next is decided when that one arrives, so this one waits.
            Hold::MayGoOn(first) if first != lane => self.defer(arrival),
            Hold::MayGoOn(_) | Hold::Nothing => self.decide(arrival),
        }
    }

    /// Notes what is known as soon as a lane arrives, whatever becomes of it.
    fn note_arrival(&mut self, arrival: Arrival<'_>) {
        let Arrival { lane, poller, at, .. } = arrival;
        self.history.at = at;
        self.history.arrivals += 1;
        if self.history.arrivals > MOST_ARRIVALS {
            self.ends.spins.get_or_insert(at); // the first time counts
        }
        if poller == Poller::UnnamedTask {
            let known = &self.lanes[lane];
            let what = format!("the lane {} ({}) is polled by", known.name, known.made_at);
            self.refuse(Refusal::Task(what));
        }
        let now = self.history.tick();
        let mut begun = now;
        if let Some(frame) = self.frames.last_mut() {
            begun = frame.begun;
            if self.lanes[lane].first_arrival.is_none() {
                // The lane around it makes lanes one after the other and polls each at once: for
                // those that it has polled already, this one was made beside them.
                let made = self.lanes[lane].created;
                for other in &frame.arrived {
                    let other = &mut self.lanes[*other];
                    if other.live {
                        other.made_beside.push((begun, made));
                    }
                }
            }
            frame.arrived.push(lane);
        }
        let known = &mut self.lanes[lane];
        known.poller = Some(poller);
        known.passed_over = false;
        known.first_arrival.get_or_insert((poller, begun));
    }

    /// Whether the poll of a lane that is not ready takes place only because another lane was
    /// deferred: then it does not stand in the recording.
    fn is_quiet(&self, arrival: Arrival<'_>) -> bool {
        let without_us = match arrival.poller {
            // A lane inside another is polled whenever that one is.
            Poller::Lane(_) => match self.frames.last() {
                Some(frame) => !frame.quiet,
                None => true,
            },
            // A task is polled when something has woken it.
            Poller::Runtime | Poller::UnnamedTask => self.lanes[arrival.lane].reached,
        };
        self.has_deferred && !without_us
    }

    /// Whether the lane was made after `since`, and arrives in the poll that began at `inside`.
    fn is_made_later(&self, lane: LaneId, inside: Moment, since: Moment) -> bool {
        let here = match self.frames.last() {
            Some(frame) => frame.begun == inside,
            None => false,
        };
        here && self.lanes[lane].created >= since
    }

    // Several lanes are ready: one of them is chosen.

    /// A ready lane has arrived and need not wait: which lane is polled next?
    fn decide(&mut self, arrival: Arrival<'_>) -> Answer {
        let lane = arrival.lane;
        // If another lane than this one is chosen, those that have waited have to arrive again.
        let hold = self.waiting.hold;
        self.release();
        let context = self.context(arrival);
        let mut running = vec![];
        for frame in &self.frames {
            running.push(frame.lane);
        }
        let situation = Situation {
            lanes: &self.lanes,
            lane,
            context,
            running: &running,
            has_deferred: self.has_deferred,
        };
        let mut order = candidates::of(&situation);
        // If a lane that did not exist yet was to come first, those that did exist do not.
        if let Hold::Later { since, .. } = hold {
            order.retain(|candidate| {
                let listed = [lane, LATER].contains(&candidate.lane);
                listed || self.lanes[candidate.lane].created > since
            });
        }
        if let Some(roles) = &self.canonical {
            let goes_on = hold == Hold::MayGoOn(lane);
            put_in_canonical_order(&mut order, goes_on, roles, &situation);
        }
        if order.len() == 1 {
            return self.its_turn(lane); // no decision, and nothing is noted
        }
        let nth = self.decisions.len();
        let taken = match self.plan.choose(nth, &order, &situation) {
            Some(taken) => taken,
            None => {
                // The program is not the one that the schedule was found in. It goes on in tokio's
                // own order.
                self.ends.misfit = Some(nth);
                0
            }
        };
        let chosen = order[taken].lane;
        let digest = self.history.digest();
        let moment = self.history.tick();
        // Noted before it is known whether the chosen lane arrives. If it does not, this is the
        // decision that was wrong.
        self.decisions.push(Decision {
            candidates: order,
            taken,
            lane,
            moment,
            context,
            digest,
            at: arrival.at,
            came: None,
        });
        if chosen == lane {
            return self.its_turn(lane);
        }
        // A lane that does not exist yet has no number. It is recognised by the poll that makes it.
        self.waiting.hold = match (chosen, self.frames.last()) {
            (LATER, Some(frame)) => Hold::Later { inside: frame.begun, since: moment },
            _ => Hold::For(chosen),
        };
        self.defer(arrival)
    }

    /// In whose poll the lane arrives, and whether others may come before it there.
    fn context(&mut self, arrival: Arrival<'_>) -> Context {
        let lane = arrival.lane;
        let frame = match (arrival.poller, self.frames.last()) {
            (Poller::Lane(_), Some(frame)) => frame,
            _ => return Context::Anywhere { inside: None },
        };
        let inside = Some(frame.begun);
        let known = &self.lanes[lane];
        // It has been polled, or stood beside others before: so others may come before it again.
        if known.started || known.branch {
            return Context::Anywhere { inside };
        }
        // This poll has polled another lane for the first time, which is still there, and this one
        // existed already: so the two are polled together, as by `join!`.
        for other in &frame.started {
            let other = &self.lanes[*other];
            if other.live && known.created < other.polled {
                self.lanes[lane].branch = true;
                return Context::Anywhere { inside };
            }
        }
        Context::FirstOf { inside: frame.begun }
    }

    /// The lane is polled now, and the deferred lanes need not wait for it any more.
    fn its_turn(&mut self, lane: LaneId) -> Answer {
        // A lane that was to be made later may need several decisions: all of them chose this one.
        for decision in self.decisions.iter_mut().rev() {
            if decision.came.is_some() {
                break;
            }
            decision.came = Some(lane);
        }
        self.release();
        // If it goes on with a new budget, that is still the poll that it was.
        let goes_on = self.lanes[lane].exhausted && !self.lanes[lane].yielded;
        Answer::Poll { own_turn: true, quiet: goes_on }
    }

    // Lanes wait, and need not wait any more.

    /// The lane waits for another one. Its poll returns `Pending` without having taken place.
    fn defer(&mut self, arrival: Arrival<'_>) -> Answer {
        let lane = arrival.lane;
        self.waiting.defer(lane, arrival.waker);
        self.note_deferred(lane);
        // A lane inside another that is deferred has siblings, or nothing could have come first.
        if matches!(self.lanes[lane].poller, Some(Poller::Lane(_))) {
            self.lanes[lane].branch = true;
        }
        Answer::Defer
    }

    /// A lane that yields lets all others go first, and is polled when no other is ready. So does
    /// tokio, which wakes it when its queue is empty. While lanes are deferred, that queue is empty
    /// too early, so the lane has to rest for longer.
    fn rest(&mut self, arrival: Arrival<'_>) -> Answer {
        self.waiting.rest(arrival.lane, arrival.waker);
        self.note_deferred(arrival.lane);
        Answer::Defer
    }

    /// It is the lane's turn, and the task that polls it has no budget left. It stays the chosen
    /// lane, and is polled when the task has another budget.
    pub fn wait_for_budget(&mut self, lane: LaneId) {
        self.waiting.hold = Hold::For(lane);
        self.note_deferred(lane);
    }

    /// A lane is not polled although it is ready. From now on, what the runtime does may be due to
    /// that.
    fn note_deferred(&mut self, lane: LaneId) {
        if !self.has_deferred {
            self.has_deferred = true;
            // What has yielded until now stands at its place in the runtime's queue, which nothing
            // has disturbed yet.
            for known in &mut self.lanes {
                known.yielded = false;
            }
        }
        // It is about to return `Pending`, and has not suspended.
        self.lanes[lane].suspends = false;
        for frame in &mut self.frames {
            frame.deferred = true;
        }
    }

    /// The deferred lanes need not wait any more.
    fn release(&mut self) {
        let mut released = self.waiting.release();
        if self.granularity == Granularity::Operations {
            // A lane whose budget was used up stands behind those that were ready before it.
            released.sort_by_key(|(lane, _)| self.lanes[*lane].ready);
        }
        for (_, waker) in released {
            self.released.push(waker);
        }
    }

    /// The runtime has nothing to do: a lane that was waited for will not arrive any more.
    pub fn about_to_park(&mut self) {
        match self.waiting.hold {
            Hold::For(chosen) => self.ends.absent = Some(chosen),
            Hold::Later { .. } => self.ends.absent = Some(LATER),
            Hold::MayGoOn(_) | Hold::Nothing => {}
        }
        self.release();
        self.end_rest();
    }

    /// Lanes that have yielded are from now on as ready as any.
    fn end_rest(&mut self) {
        let now = self.history.tick();
        for (lane, waker) in self.waiting.end_rest() {
            let known = &mut self.lanes[lane];
            known.yielded = false;
            known.ready = now;
            known.batch = self.history.arrivals;
            self.released.push(waker);
        }
    }

    // A lane is polled.

    /// The poll of a lane that has arrived begins.
    pub(super) fn poll_begins(&mut self, arrival: Arrival<'_>, own_turn: bool, quiet: bool) {
        let lane = arrival.lane;
        if own_turn {
            self.history.note(&(lane, arrival.at));
        }
        let begun = self.history.tick();
        let known = &mut self.lanes[lane];
        let wakes = known.wakes;
        known.suspends = own_turn || known.reached;
        known.reached = false;
        if own_turn {
            known.woken = false;
            known.yielded = false;
            known.exhausted = false;
            known.polled = begun;
            if !known.started {
                known.started = true;
                if let Some(frame) = self.frames.last_mut() {
                    frame.started.push(lane);
                }
            }
        }
        let mut frame = Frame::new(lane, begun, wakes);
        frame.own_turn = own_turn;
        frame.quiet = quiet;
        self.frames.push(frame);
    }

    /// The poll of a lane has returned. `ended` says that the lane is over, `exhausted` that there
    /// is no budget left.
    pub fn poll_ends(&mut self, lane: LaneId, ended: bool, exhausted: bool) {
        // A lane is in the midst of one poll at a time, so its last frame is the one.
        let Some(nth) = self.frames.iter().rposition(|frame| frame.lane == lane) else { return };
        let frame = self.frames.remove(nth);
        if ended {
            self.lanes[lane].live = false;
        } else if exhausted && frame.own_turn && self.granularity == Granularity::Operations {
            self.lanes[lane].exhausted = true;
            if self.waiting.hold == Hold::Nothing && !self.ends.is_no_schedule() {
                self.waiting.hold = Hold::MayGoOn(lane);
            }
        }
        if self.frames.is_empty() {
            self.tasks.count(&self.lanes, lane, ended, self.history.at);
        }
        let is_polled_again = self.lanes[lane].wakes > frame.wakes;
        if ended || is_polled_again {
            return;
        }
        self.note_passed_over(&frame);
        // A lane that was to arrive in this poll, and has not, is not there.
        let absent = match self.waiting.hold {
            Hold::Later { inside, .. } if inside == frame.begun => LATER,
            Hold::For(chosen) if self.ought_to_have_arrived_in(chosen, &frame) => chosen,
            _ => return,
        };
        self.ends.absent = Some(absent);
        self.release();
    }

    /// Lanes inside this one that were ready before its poll and did not arrive in it: the lane
    /// does not poll them any more. A `select!` whose chosen arm awaits does that, and no schedule
    /// can change it.
    fn note_passed_over(&mut self, frame: &Frame) {
        for (number, known) in self.lanes.iter_mut().enumerate() {
            let inside = known.poller == Some(Poller::Lane(frame.lane));
            let was_ready = known.is_ready() && known.ready < frame.begun;
            if inside && was_ready && !frame.arrived.contains(&number) {
                known.passed_over = true;
            }
        }
    }

    /// Whether `chosen` could only arrive in this poll, which is over, and did not.
    fn ought_to_have_arrived_in(&self, chosen: LaneId, frame: &Frame) -> bool {
        if frame.arrived.contains(&chosen) {
            return false;
        }
        if self.lanes[chosen].passed_over {
            return true;
        }
        match self.decisions.last() {
            Some(Decision { context: Context::FirstOf { inside }, .. }) => {
                *inside == frame.begun && self.lanes[chosen].first_arrival.is_none()
            }
            _ => false,
        }
    }

    // A lane is woken.

    /// The waker of a lane was called. `yielded` says that the runtime did it, because the lane had
    /// asked for it at this same instant. Returns whether the recording has this wake.
    ///
    /// A lane passes a wake on to the lane around it, so the innermost one is noted first. Only
    /// that one has become ready: the lanes around it are polled for its sake.
    pub fn woken(&mut self, lane: LaneId, yielded: bool) -> bool {
        let innermost = self.wakes_under_way == 0;
        self.wakes_under_way += 1;
        // `FuturesUnordered` wakes its task when it has polled all that is in it. That says nothing
        // about what the task itself can do. If a lane in it was deferred, even the wake is due to
        // that.
        if innermost
            && !yielded
            && let Some(frame) = self.frames.last()
            && frame.lane == lane
            && !frame.arrived.is_empty()
        {
            let our_doing = frame.deferred;
            let known = &mut self.lanes[lane];
            known.wakes += 1;
            known.reached |= !our_doing;
            return !our_doing;
        }
        let now = self.history.tick();
        let known = &mut self.lanes[lane];
        known.wakes += 1;
        // With another budget it only goes on with the poll that it was in.
        let goes_on = known.exhausted && yielded;
        known.reached |= !goes_on;
        if !innermost {
            return true;
        }
        if !known.woken {
            known.woken = true;
            known.yielded = yielded && !goes_on;
            known.ready = now;
            known.batch = self.history.arrivals;
        }
        !goes_on
    }

    /// The wake has been passed on to the lane around.
    pub fn wake_passed_on(&mut self) {
        self.wakes_under_way -= 1;
    }

    // A lane is dropped, by this run or by the program.

    /// A lane that may be dropped has just returned `Pending` (`suspends`), or is about to be
    /// polled again. Returns whether this run drops it now.
    pub fn drops(&mut self, lane: LaneId, suspends: bool) -> bool {
        let known = &self.lanes[lane];
        let was_woken = known.started && known.reached;
        if suspends && !known.suspends {
            return false; // it was deferred, or polled for the sake of another lane
        }
        let droppable = self.droppable(lane);
        if suspends {
            self.note_suspension(&droppable);
        }
        let Some(cut) = &mut self.cut else { return false };
        // Once in a run: what comes of it is to be seen without a second cancellation.
        if cut.lane != droppable || self.ends.cut {
            return false;
        }
        if suspends {
            cut.seen += 1;
        }
        let is_the_moment = match suspends {
            true => !cut.once_woken,
            false => cut.once_woken && was_woken,
        };
        self.ends.cut = is_the_moment && cut.seen == cut.nth;
        self.ends.cut
    }

    /// The lane by its name and its position among those of that name: its number may differ in
    /// another schedule.
    fn droppable(&self, lane: LaneId) -> Droppable {
        let name = self.lanes[lane].name.clone();
        let mut position = 0;
        for known in &self.lanes[..lane] {
            if known.name == name {
                position += 1;
            }
        }
        Droppable { name, position }
    }

    /// A lane that may be dropped suspends now.
    fn note_suspension(&mut self, lane: &Droppable) {
        let at = self.history.at;
        for suspensions in &mut self.suspensions {
            if suspensions.lane == *lane {
                suspensions.times.push(at);
                return;
            }
        }
        self.suspensions.push(Suspensions { lane: lane.clone(), times: vec![at] });
    }

    /// A lane was dropped before it was done. Returns wakers that nothing needs any more, to be
    /// dropped without the lock.
    pub fn dropped(&mut self, lane: LaneId) -> Vec<(LaneId, Waker)> {
        self.history.note(&(lane, "dropped"));
        self.lanes[lane].live = false;
        let unused = self.waiting.forget(lane);
        // If it was the one that the others waited for, they wait no more.
        match self.waiting.hold {
            Hold::For(chosen) if chosen == lane => {
                self.ends.absent = Some(chosen);
                self.release();
            }
            Hold::MayGoOn(first) if first == lane => self.release(),
            _ => {}
        }
        unused
    }

    // The program has something that no schedule decides about.

    /// A thread, a task without a lane, or a callback of a loop of the program's own takes part.
    pub fn meet_stranger(&mut self, stranger: Stranger) {
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

    /// Notes why nothing can be said about the program, unless another reason is known already.
    fn refuse(&mut self, refusal: Refusal) {
        self.ends.refusal.get_or_insert(refusal);
    }

    /// Once the run is over: refuses a program that had a task without a lane.
    pub fn look_for_unnamed_tasks(&mut self) {
        let Some(what) = self.tasks.find_unnamed(&self.lanes) else { return };
        // Where the task was spawned says more than that such a task has woken something.
        if let None | Some(Refusal::Task(_)) = self.ends.refusal {
            self.ends.refusal = Some(Refusal::Task(what));
        }
    }
}
