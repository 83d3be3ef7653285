//! From a list of events to a chart.
//!
//! Events say what was seen: a poll began, a waker was called. What a lane *did* between two events
//! follows from both. After `Pending` a lane waits, and the event that comes next says what ended
//! the wait: a wake; or a poll without a wake, since the lane is polled together with a neighbour.
//! So a span is made when it ends.
//!
//! The events are read once, in order, and each one does two things: it may begin a new instant
//! (`reach`; `instants` says when), and it may end a span of its lane and begin the next (`event`).
//! A second pass over the finished spans tells *ready* from *woken, not polled*
//! (`tell_ready_from_not_polled`), since that depends on what all other lanes did at the same time.
//!
//! Within an instant a position is the number of polls that have begun so far. So each poll gets a
//! column of its own, and a poll that polls others is as wide as all of them:
//!
//! ```text
//!               0    1    2    3
//!  outer        ██████████████████    begins at 0, ends at 3
//!  inner A           █████            begins at 1, ends at 2
//!  inner B                █████       begins at 2, ends at 3
//!  [thread]     outer  A    B         what `Hold`s say: the innermost lane has the thread
//! ```
use super::{
    chart::{Chart, End, Hold, Instant, Owner, Pos, Row, Said, Span, State, Until, Wake, Woken},
    instants::{Beginning, LONG_POLL},
    places::Places,
};
use crate::timeline::{Clock, Event, LaneId, Place, Polled, Waits, What, WokenBy};
use std::{collections::HashMap, time::Duration};

impl Chart {
    /// Makes a chart of `events`, which must be in order and begin with the creation of `main`. It
    /// has neither lines nor a verdict, which are no events.
    pub fn new(
        title: &str,
        clock: Clock,
        events: &[Event],
        elapsed: Duration,
        left_out: u64,
    ) -> Chart {
        Chart::of_workers(0, title, clock, events, elapsed, left_out)
    }

    /// The same of a runtime that has so many workers beside its first thread, which is number 0:
    /// in `events` the workers are the threads from 1 to `workers`.
    pub fn of_workers(
        workers: usize,
        title: &str,
        clock: Clock,
        events: &[Event],
        elapsed: Duration,
        left_out: u64,
    ) -> Chart {
        let threads = vec![vec![]; workers + 1];
        let mut assembly = Assembly {
            chart: Chart {
                title: title.into(),
                clock,
                left_out,
                workers,
                threads,
                ..Chart::default()
            },
            clock,
            beginning: Beginning::new(clock),
            hues: HashMap::new(),
            open: vec![],
            stacks: vec![vec![]; workers + 1],
            wakes: 0,
            at: Duration::ZERO,
        };
        // Time first, then what happened at it: a span ends where the instant of its event begins.
        for event in events {
            assembly.reach(event.at, assembly.ends_a_long_poll(event));
            assembly.at = event.at;
            assembly.event(event);
        }
        // The run may have gone on after its last event, and the spans that are still open end
        // there.
        assembly.reach(elapsed, false);
        assembly.at = elapsed;
        assembly.finish()
    }
}

/// A chart in the making.
struct Assembly {
    /// What is finished. A span is added when it ends, and is not changed later, with three
    /// exceptions: `stopped_at_once`, `join_with_the_wait_before` and `tell_ready_from_not_polled`.
    chart: Chart,
    /// Of the real clock more has to be judged: see `instants`.
    clock: Clock,
    /// Says where an instant begins.
    beginning: Beginning,
    /// The distinct names of lanes, in the order in which they came up. Lanes of one name share a
    /// colour, so a colour belongs to a name and not to a lane.
    hues: HashMap<String, usize>,
    /// What each lane does, and since when: one for each row of `chart`, at the same index, since
    /// rows and these are only ever pushed together.
    open: Vec<Open>,
    /// For each thread the lanes that are being polled, the outermost first.
    /// A list for each thread, since two threads poll at the same time, and only the lanes of one
    /// thread are inside each other. It has as many lists as `chart.threads`.
    stacks: Vec<Vec<LaneId>>,
    /// How many wakes there were: wakes at one position are told apart by their number.
    wakes: usize,
    /// The time of the event that is looked at, as it was measured: that of its instant is rounded.
    at: Duration,
}

/// The span of a lane that has not ended yet.
struct Open {
    /// What the lane does; none when it has ended.
    /// A wait is `Until::RunOver` until something ends it: what ends a wait is not known before.
    state: Option<State>,
    /// Since when.
    /// It is also where the span before this one ended: a row has no gaps.
    from: Pos,
    /// Where its last poll began: from this a long poll is known, which must not disappear within
    /// an instant.
    polled: PollBegin,
    /// How much of that poll was spent in polls of lanes inside it.
    /// What one of those does is said of that one, and not of all around it.
    inside: Duration,
    /// It has blocked the runtime's thread in that poll, on the paused clock.
    /// Set by an event. That time has passed during a poll would not be enough to know it: the
    /// program may have moved the clock by itself.
    has_blocked: bool,
    /// Woken in the middle of its own poll, so ready as soon as that has returned.
    /// A state cannot say it, since the lane is running until the poll returns.
    woken_while_polled: bool,
    /// The first wake since its last poll began: why it will be polled next.
    woken: Option<Woken>,
    /// The same of its last poll, as it began: why it was polled.
    polled_for: Option<Woken>,
    /// Where it has waited since its last poll, and for what.
    /// Known at the end of a poll, and true of the span that begins there.
    waits: Option<Waits>,
}

/// Where a poll began.
#[derive(Clone, Copy, Default)]
struct PollBegin {
    /// When, as it was measured. The time of the instant is rounded, and later polls share it.
    at: Duration,
    /// The index of the instant.
    instant: usize,
}

impl Assembly {
    /// Time is at least `at` now. A new instant begins if `at` is later than the last one; or, with
    /// `long_poll`, if a poll that began at the last one has taken so long that it must be seen.
    fn reach(&mut self, at: Duration, long_poll: bool) {
        if let Some(at) = self.beginning.of_instant(&self.chart.instants, at, long_poll) {
            self.chart.instants.push(Instant { at, columns: 0 });
        }
    }

    /// Whether this event is the end of a poll that began at the last instant and took so long that
    /// it must be seen. On the paused clock this is no question: if time passes in a poll, a new
    /// instant begins anyway.
    fn ends_a_long_poll(&self, event: &Event) -> bool {
        let ends = matches!(event.what, What::PollEnd { .. });
        if self.clock == Clock::Paused || !ends || self.chart.instants.is_empty() {
            return false;
        }
        // A poll that began at an earlier instant is seen anyway: it reaches into a later one.
        let began = self.open[event.lane].polled;
        let is_long = event.at.saturating_sub(began.at) > LONG_POLL;
        is_long && began.instant + 1 == self.chart.instants.len()
    }

    /// The right edge of all that has happened so far.
    fn now(&self) -> Pos {
        let instant = self.chart.instants.len() - 1;
        Pos { instant, column: self.chart.instants[instant].columns }
    }

    /// The lane does something else from now on, or nothing more. What it did until now becomes a
    /// span, unless no time and no poll went by.
    fn change(&mut self, lane: LaneId, next: Option<State>) {
        self.change_at(self.now(), lane, next);
    }

    fn change_at(&mut self, now: Pos, lane: LaneId, next: Option<State>) {
        let Open { state, from, .. } = self.open[lane];
        // Before the span is closed: it may be that of a poll, whose length is measured up to here.
        let seen = state.map(|state| self.as_it_was(lane, state, from.instant < now.instant));
        self.open[lane].state = next;
        self.open[lane].from = now;
        // A lane that has ended does nothing, so no span ends now.
        let Some(state) = seen else { return };
        if from == now {
            self.stopped_at_once(lane, state);
            return;
        }
        let open = &self.open[lane];
        // A lane that runs has no place to show: what it last waited for is over. A lane that was
        // not polled yet has a place only if it is a callback, which waits in a loop's queue.
        let places = match (state, &open.waits) {
            (
                State::Waiting(_) | State::Ready | State::WokenNotPolled | State::Lazy,
                Some(waits),
            ) => Places::recorded(waits),
            _ => Places::none(),
        };
        let woken = match state {
            State::Ready | State::WokenNotPolled => open.woken,
            _ if state.is_poll() => open.polled_for,
            _ => None,
        };
        let stopped = Places::none();
        self.chart.rows[lane].spans.push(Span { state, from, to: now, places, woken, stopped });
    }

    /// A wait has ended at once, so it is no span. The poll before it says where it was.
    fn stopped_at_once(&mut self, lane: LaneId, state: State) {
        if matches!(state, State::Waiting(_) | State::Ready)
            && let Some(waits) = &self.open[lane].waits
            && let Some(last) = self.chart.rows[lane].spans.last_mut()
            && last.state.is_poll()
        {
            last.stopped = Places::recorded(waits);
        }
    }

    /// What a span shows: the state that is open, but for a poll that took long. `lasts` says
    /// whether an instant began meanwhile.
    ///
    /// The paused clock moves during a poll for two reasons: a lane blocks, and then there was an
    /// event; or the program moves it, as `tokio::time::advance` does. If an inner lane did that,
    /// this one has only waited for it, and has run as any other.
    fn as_it_was(&self, lane: LaneId, state: State, lasts: bool) -> State {
        let is_run = matches!(state, State::Running | State::RunningUnwoken);
        if !is_run || !lasts {
            return state;
        }
        let own_time = self.own_time(lane);
        match self.clock {
            Clock::Paused if own_time.is_zero() => state,
            Clock::Paused if self.open[lane].has_blocked => State::Blocking,
            Clock::Paused => State::MovedClock,
            Clock::Real => {
                // Between the end of an inner poll and that of the outer one the machine may stall.
                // So up to a tenth of the inner poll's time is not called blocking.
                let stall = self.time_inside(lane) / 10;
                if own_time > LONG_POLL.max(stall) { State::Blocking } else { state }
            }
        }
    }

    /// How long the poll of the lane that is going on, or ends now, has lasted, without the polls
    /// of lanes inside it.
    fn own_time(&self, lane: LaneId) -> Duration {
        let open = &self.open[lane];
        self.at.saturating_sub(open.polled.at).saturating_sub(self.time_inside(lane))
    }

    /// How long lanes inside this one have been polled in its poll.
    fn time_inside(&self, lane: LaneId) -> Duration {
        let mut inside = self.open[lane].inside;
        for stack in &self.stacks {
            let depth = stack.iter().position(|other| *other == lane);
            // A lane inside it is still being polled: the run was ended in the middle.
            if let Some(depth) = depth
                && let Some(&inner) = stack.get(depth + 1)
            {
                inside += self.at.saturating_sub(self.open[inner].polled.at);
            }
        }
        inside
    }

    /// Says what ended the wait that is open; nothing if the lane does not wait.
    fn waited(&mut self, lane: LaneId, until: Until) {
        if let Some(State::Waiting(_)) = self.open[lane].state {
            self.open[lane].state = Some(State::Waiting(until));
        }
    }

    /// The lane has ended, or the run has. The end of a row is where its last span ends.
    fn end(&mut self, lane: LaneId, end: End) {
        self.end_at(self.now(), lane, end);
    }

    fn end_at(&mut self, now: Pos, lane: LaneId, end: End) {
        self.change_at(now, lane, None);
        self.chart.rows[lane].end = (now, end);
    }

    /// Where a poll ends. On the real clock another thread may have begun a new instant during the
    /// poll. A short poll still ends in the instant in which it began: a poll that reached into the
    /// next one would be drawn as blocking.
    fn end_of_poll(&self, lane: LaneId, event: &Event) -> Pos {
        let now = self.now();
        let PollBegin { at, instant } = self.open[lane].polled;
        let is_short = event.at.saturating_sub(at) <= LONG_POLL;
        if self.clock == Clock::Real && is_short && instant < now.instant {
            return Pos { instant, column: self.chart.instants[instant].columns };
        }
        now
    }

    fn event(&mut self, event: &Event) {
        let lane = event.lane;
        // Threads come up when a lane first runs on them, and have no event of their own.
        while self.stacks.len() <= event.thread {
            self.stacks.push(vec![]);
            self.chart.threads.push(vec![]);
        }
        match &event.what {
            What::Created { name, parent } => self.created(name, *parent),
            // The callback has been waiting until now, in the span that is open: the next event, a
            // poll or a drop, ends that span.
            What::Scheduled(waits) => self.open[lane].waits = Some(waits.clone()),
            What::PollStart => self.poll_starts(lane, event),
            What::PollEnd { polled, .. } => self.poll_ends(lane, event, polled),
            // This comes in the middle of a poll. When the span of the poll ends, `change_at` asks
            // for it.
            What::Blocked if event.thread == 0 => self.open[lane].has_blocked = true,
            // On another thread each poll is `OnThread`, and keeps no other lane waiting.
            What::Blocked => {}
            What::Woken { by } => self.woken(lane, by),
            What::Dropped { by, aborted } => {
                // A wait that is open was cut short, not ended by a wake.
                self.waited(lane, Until::Dropped);
                self.end(lane, End::Cancelled { by: *by, aborted: *aborted });
            }
            What::Says(text, location) => {
                let place = Some(Place::from(*location));
                let said = Said { at: self.now(), lane, text: text.clone(), place };
                self.chart.said.push(said);
            }
        }
    }

    fn created(&mut self, name: &str, parent: Option<LaneId>) {
        // A name that is known keeps its colour, and a new one gets the next.
        let next = self.hues.len();
        let hue = *self.hues.entry(name.to_owned()).or_insert(next);
        let now = self.now();
        self.chart.rows.push(Row {
            name: name.to_owned(),
            hue,
            parent,
            polled_by: None,
            polled_before: vec![],
            spans: vec![],
            // Overwritten when the lane ends: until then it has not ended.
            end: (now, End::Unfinished),
        });
        self.open.push(Open {
            state: Some(State::Lazy),
            from: now,
            polled: PollBegin::default(),
            inside: Duration::ZERO,
            has_blocked: false,
            woken_while_polled: false,
            woken: None,
            polled_for: None,
            waits: None,
        });
    }

    fn poll_starts(&mut self, lane: LaneId, event: &Event) {
        let thread = event.thread;
        // A lane that still waits when its poll begins was not woken: the lane that polls it was.
        let unwoken = matches!(self.open[lane].state, Some(State::Waiting(_)));
        self.waited(lane, Until::Unwoken);
        let next = if thread > self.chart.workers {
            State::OnThread
        } else if unwoken {
            State::RunningUnwoken
        } else {
            State::Running
        };
        self.change(lane, Some(next));
        let now = self.now();
        let open = &mut self.open[lane];
        open.polled = PollBegin { at: event.at, instant: now.instant };
        open.polled_for = open.woken.take();
        open.inside = Duration::ZERO;
        open.has_blocked = false;
        // The lane that was being polled on this thread is the lane that polls this one.
        let outer = self.stacks[thread].last().copied();
        // The outer lane has the thread until here.
        if outer.is_some()
            && let Some(hold) = self.chart.threads[thread].last_mut()
        {
            hold.to = now;
        }
        let row = &mut self.chart.rows[lane];
        // A future can be handed from one owner to another.
        if row.polled_by != outer && row.was_polled() {
            row.polled_before.push(Owner { lane: row.polled_by, until: now });
        }
        row.polled_by = outer;
        self.stacks[thread].push(lane);
        self.chart.threads[thread].push(Hold { lane, from: now, to: now });
        // Last, so that the poll begins at the left edge of its column.
        self.chart.instants[now.instant].columns += 1;
    }

    fn poll_ends(&mut self, lane: LaneId, event: &Event, polled: &Polled) {
        let thread = event.thread;
        let now = self.end_of_poll(lane, event);
        // Taken for every result of the poll: the wake counts for this poll only.
        let woken = std::mem::take(&mut self.open[lane].woken_while_polled);
        match polled {
            Polled::Pending(waits) => {
                let next = if woken { State::Ready } else { State::Waiting(Until::RunOver) };
                self.change_at(now, lane, Some(next));
                self.open[lane].waits = Some(waits.clone());
            }
            // A stream that has given an item waits for nothing. It has not been asked.
            Polled::Item => self.change_at(now, lane, Some(State::BetweenItems)),
            Polled::Ready => self.end_at(now, lane, End::Finished),
            Polled::Cancelled => self.end_at(now, lane, End::ReturnedCancelled),
            Polled::Panicked(message) => self.end_at(now, lane, End::Panicked(message.clone())),
        }
        // From here the outer lane has the thread again.
        self.stacks[thread].retain(|other| *other != lane);
        if let Some(hold) = self.chart.threads[thread].last_mut() {
            hold.to = now;
        }
        if let Some(&outer) = self.stacks[thread].last() {
            let took = event.at.saturating_sub(self.open[lane].polled.at);
            self.open[outer].inside += took;
            self.chart.threads[thread].push(Hold { lane: outer, from: now, to: now });
        }
    }

    fn woken(&mut self, lane: LaneId, by: &WokenBy) {
        // An event says what called the waker. A span says what ended the wait.
        let until = match by {
            WokenBy::Lane(by) => Until::Lane(*by),
            WokenBy::Clock => Until::Clock,
            WokenBy::Yield => Until::Yield,
            WokenBy::Outside => Until::Outside,
        };
        // The first wake counts: the lane is polled once for all of them.
        let woken = Woken { by: until, at: self.now(), nth: self.wakes };
        self.wakes += 1;
        self.open[lane].woken.get_or_insert(woken);
        match self.open[lane].state {
            Some(State::Waiting(_)) => {
                self.waited(lane, until);
                // On the real clock this wait may have no width. Then the wake explains the wait
                // before it.
                self.join_with_the_wait_before(lane, until);
                self.change(lane, Some(State::Ready));
            }
            Some(State::Running | State::RunningUnwoken) => {
                // The lane woke itself, or a lane inside it did: no arrow is drawn within a poll.
                self.open[lane].woken_while_polled = true;
                return;
            }
            _ => {}
        }
        // An arrow begins at a lane: a timer, the runtime and a socket are none.
        if let Until::Lane(from) = until {
            self.add_wake(from, lane);
        }
    }

    /// Notes that a lane woke another one, for the arrows.
    fn add_wake(&mut self, from: LaneId, to: LaneId) {
        let at = self.now();
        // One arrow to a lane at one place is enough, also if several lanes wake it there: the
        // first wake is why it is polled.
        for wake in self.chart.wakes.iter().rev() {
            if wake.at != at {
                break;
            }
            if wake.to == to {
                return;
            }
        }
        self.chart.wakes.push(Wake { at, from, to });
    }

    /// On the real clock a lane may be polled without a wake a moment before its own timer fires.
    /// Both are in one instant, and the wait between them has no place in it. Then the wake is what
    /// the wait before that poll was for.
    fn join_with_the_wait_before(&mut self, lane: LaneId, until: Until) {
        let now = self.now();
        if self.clock == Clock::Paused || self.open[lane].from != now {
            return;
        }
        for span in self.chart.rows[lane].spans.iter_mut().rev() {
            match span.state {
                State::RunningUnwoken if span.from.instant == now.instant => {}
                State::Waiting(Until::Unwoken) => {
                    span.state = State::Waiting(until);
                    return;
                }
                _ => return,
            }
        }
    }

    /// What is still open ends with the run, and what has no width goes.
    fn finish(mut self) -> Chart {
        for lane in 0..self.chart.rows.len() {
            // A lane that has ended keeps its end.
            if self.open[lane].state.is_some() {
                self.end(lane, End::Unfinished);
            }
        }
        let now = self.now();
        // The time of the last instant and not the measured one, so that the sum of all gaps is the
        // whole.
        self.chart.elapsed = self.chart.time(now);
        for (thread, stack) in self.chart.threads.iter_mut().zip(&self.stacks) {
            // A poll that the run has cut short, because it was ended with a verdict, lasts to its
            // end.
            if !stack.is_empty()
                && let Some(hold) = thread.last_mut()
            {
                hold.to = now;
            }
            // Between two inner polls the outer lane has the thread for no time and no column.
            thread.retain(|hold| hold.from < hold.to);
        }
        tell_ready_from_not_polled(&mut self.chart, self.clock);
        self.chart
    }
}

/// A lane that is woken is polled next, or when the lanes before it have given way: it is *ready*.
/// If the thread has nothing to run, and the lane is still not polled, it is not ready but *woken,
/// not polled*. Only its owner can poll it, and the owner waits for something else: it is a
/// `select!` whose chosen arm awaits, or the consumer of a stream, which awaits in its body.
fn tell_ready_from_not_polled(chart: &mut Chart, clock: Clock) {
    let idle = idle_gaps(chart);
    // A gap has the number of the instant before it. The stretch splits at the first idle one:
    //
    //    instants    0         1         2         3
    //    before      ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░█     woken at 0, polled at 3
    //    thread      busy      busy      idle
    //    after       ░░░░░░░░░░░░░░░░░░░░┄┄┄┄┄┄┄┄┄┄█     ready until 2, then not polled
    for lane in 0..chart.rows.len() {
        let mut spans = vec![];
        for span in &chart.rows[lane].spans {
            if span.state != State::Ready {
                spans.push(span.clone());
                continue;
            }
            // Within one instant no time passes, and there is no gap to be idle in: it stays ready.
            let mut gaps = span.from.instant..span.to.instant;
            let not_polled = gaps.find(|&gap| {
                // On the real clock a busy machine can keep the runtime's thread from running, and
                // then it looks idle. So there the owner must have been seen to wait.
                idle[gap]
                    && (clock == Clock::Paused
                        || waits_in(chart, chart.rows[lane].owner_at(span.from), gap))
            });
            let Some(gap) = not_polled else {
                spans.push(span.clone());
                continue;
            };
            // The thread was not free before the last poll of that instant had returned.
            let after_the_polls = Pos { instant: gap, column: chart.instants[gap].columns };
            let from = after_the_polls.max(span.from);
            // The first part is left out where it would be empty: the wake was the last thing
            // there.
            if span.from < from {
                spans.push(Span { to: from, ..span.clone() });
            }
            spans.push(Span { state: State::WokenNotPolled, from, ..span.clone() });
        }
        chart.rows[lane].spans = spans;
    }
}

/// For each gap between two instants whether the runtime's thread ran nothing in it.
fn idle_gaps(chart: &Chart) -> Vec<bool> {
    // Only the first thread counts: the others run closures, and no future waits for its turn
    // there.
    let mut idle = vec![true; chart.instants.len()];
    if chart.workers > 0 {
        // One of several threads is nearly always free, so no gap is ruled out here: `waits_in`
        // decides.
        return idle;
    }
    if let Some(holds) = chart.threads.first() {
        for hold in holds {
            // A hold within one instant fills no gap.
            idle[hold.from.instant..hold.to.instant].fill(false);
        }
    }
    idle
}

/// Whether a lane is known to wait between an instant and the next.
fn waits_in(chart: &Chart, lane: Option<LaneId>, gap: usize) -> bool {
    // Without an owner it is the runtime that polls, and the runtime does not wait for a lane.
    let Some(lane) = lane else { return false };
    for span in &chart.rows[lane].spans {
        // Spans have no gaps between them, so at most one of them covers it.
        if span.from.instant <= gap && gap < span.to.instant {
            return matches!(span.state, State::Waiting(_));
        }
    }
    false
}
