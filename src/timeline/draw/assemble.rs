//! From a list of events to a chart.
//!
//! Events say what was seen: a poll began, a waker was called. What a lane *did* between two events
//! follows from both. After `Pending` a lane waits, and the event that comes next says what ended
//! the wait: a wake; or a poll without a wake, since the lane is polled together with a neighbour.
//! So a span is made when it ends.
//!
//! The events are read once, in order, and each one does two things: it may begin a new instant
//! (`reach`), and it may end a span of its lane and begin the next (`event`). A second pass over
//! the finished spans tells *ready* from *woken, not polled* (`tell_ready_from_not_polled`), since
//! that depends on what all other lanes did at the same time.
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
    chart::Woken,
    chart::{Chart, End, Hold, Instant, Owner, Pos, Row, Said, Span, State, Until, Wake},
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
            hues: HashMap::new(),
            began: Duration::ZERO,
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
    /// What is finished. A span is added when it ends, and is not changed later, with two
    /// exceptions: `join_with_the_wait_before` and `tell_ready_from_not_polled`.
    chart: Chart,
    /// Which rule says where an instant begins. On the paused clock two times are equal or they are
    /// not; instants of the real clock are found by their distance.
    clock: Clock,
    /// The distinct names of lanes, in the order in which they came up. Lanes of one name share a
    /// colour, so a colour belongs to a name and not to a lane.
    hues: HashMap<String, usize>,
    /// When the last instant began, as it was measured: its own time is rounded.
    began: Duration,
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
    /// When its last poll began, and the index of the instant at which it began: from these a long
    /// poll is known, which must not disappear within an instant.
    /// The time is the measured one; that of the instant is rounded, and later polls share it.
    polled: (Duration, usize),
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

impl Assembly {
    /// Time is at least `at` now. A new instant begins if `at` is later than the last one; or, with
    /// `long_poll`, if a poll that began at the last one has taken so long that it must be seen.
    fn reach(&mut self, at: Duration, long_poll: bool) {
        // The first event: there is nothing yet that it could be compared with.
        let Some(last) = self.chart.instants.last() else {
            let at = match self.clock {
                Clock::Paused => at,
                Clock::Real => roundest(at, JITTER),
            };
            self.chart.instants.push(Instant { at, columns: 0 });
            self.began = at;
            return;
        };
        // Measured from the beginning of the instant and not from its last event. Otherwise a lane
        // that is polled every few milliseconds would make one endless instant.
        let passed = at.saturating_sub(self.began);
        let same = match self.clock {
            Clock::Paused => passed.is_zero(),
            Clock::Real => passed <= JITTER && !long_poll,
        };
        if same {
            return;
        }
        let rounded = match self.clock {
            Clock::Paused => at,
            // Rounding is for timers, which are late. This instant begins since a poll has ended.
            Clock::Real if passed <= JITTER => at,
            Clock::Real => {
                roundest(at, lateness(self.chart.instants.len(), at.saturating_sub(last.at)))
            }
        };
        // Rounding goes back in time, and must not go back beyond the instant before.
        let at_least = last.at;
        self.chart.instants.push(Instant { at: rounded.max(at_least), columns: 0 });
        self.began = at;
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
        let (began, instant) = self.open[event.lane].polled;
        event.at.saturating_sub(began) > LONG_POLL && instant + 1 == self.chart.instants.len()
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
        let own_time = self.own_time(lane);
        let inside = self.time_inside(lane);
        let open = &mut self.open[lane];
        let state = open.state;
        let from = open.from;
        open.state = next;
        open.from = now;
        // A lane that has ended does nothing, so no span ends now.
        let Some(mut state) = state else { return };
        if from == now {
            // A wait that ended at once. The poll before it says where it was.
            if matches!(state, State::Waiting(_) | State::Ready)
                && let Some(waits) = &open.waits
                && let Some(last) = self.chart.rows[lane].spans.last_mut()
                && last.state.is_poll()
            {
                last.stopped = Places::recorded(waits);
            }
            return;
        }
        if matches!(state, State::Running | State::RunningUnwoken) && from.instant < now.instant {
            // The paused clock moves during a poll for two reasons: a lane blocks, and then there
            // was an event; or the program moves it, as `tokio::time::advance` does. If it was a
            // lane inside this one, this one only lasts as long.
            state = match self.clock {
                Clock::Paused if own_time.is_zero() => state,
                Clock::Paused if open.has_blocked => State::Blocking,
                Clock::Paused => State::MovedClock,
                // A machine can stall between an inner poll and its outer one as well: of what the
                // inner one took, a tenth proves nothing.
                Clock::Real if own_time > LONG_POLL.max(inside / 10) => State::Blocking,
                Clock::Real => state,
            };
        }
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

    /// How long the poll of the lane that is going on, or ends now, has lasted, without the polls
    /// of lanes inside it.
    fn own_time(&self, lane: LaneId) -> Duration {
        let open = &self.open[lane];
        self.at.saturating_sub(open.polled.0).saturating_sub(self.time_inside(lane))
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
                inside += self.at.saturating_sub(self.open[inner].polled.0);
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
        let (began, instant) = self.open[lane].polled;
        let short = event.at.saturating_sub(began) <= LONG_POLL;
        if self.clock == Clock::Real && short && instant < now.instant {
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
            polled: (Duration::ZERO, 0),
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
        open.polled = (event.at, now.instant);
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
            let took = event.at.saturating_sub(self.open[lane].polled.0);
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
        // A second wake at the same place says nothing new: it would be one arrow, drawn twice.
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

/// Instants of the real clock that are no further apart than this are one: tokio's timers are up to
/// a millisecond late, and a busy machine adds its own.
const JITTER: Duration = Duration::from_millis(10);

/// A poll that takes longer than this, on the real clock, keeps others waiting, and is to be seen.
const LONG_POLL: Duration = Duration::from_millis(1);

/// By how much the timer that began the `nth` instant, so long after the one before, may be late:
/// each timer in a row adds up to a millisecond. Where instants are close to each other, less: a
/// small step is not to be rounded away.
fn lateness(nth: usize, gap: Duration) -> Duration {
    let millisecond = Duration::from_millis(1);
    let of_timers_in_a_row = JITTER + millisecond * nth as u32;
    let of_a_small_step = (gap / 10).max(2 * millisecond);
    // Never more than half: two instants must not fall together.
    of_timers_in_a_row.min(of_a_small_step).min(gap / 2)
}

/// The roundest time that is no more than `window` before `at`: what a timer that fired at `at` was
/// set to.
fn roundest(at: Duration, window: Duration) -> Duration {
    // From the roundest to the least round: a timer for 100 ms that fired at 103 ms was set to 100.
    for unit in [1000, 500, 100, 50, 20, 10, 5, 2, 1].map(Duration::from_millis) {
        let round =
            Duration::from_nanos((at.as_nanos() / unit.as_nanos() * unit.as_nanos()) as u64);
        if at - round <= window {
            return round;
        }
    }
    at
}
