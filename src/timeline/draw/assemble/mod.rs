//! From a list of events to a chart.
//!
//! Events say what was seen: a poll began, a waker was called. What a lane *did* between two events
//! follows from both. After `Pending` a lane waits, and the event that comes next says what ended
//! the wait: a wake; a poll without a wake, since the lane is polled together with a neighbour; or
//! a drop. So a span is made when it ends.
//!
//! The events are read once, in order, and each one does two things: it may begin a new instant
//! (`reach`), and it may end a span of its lane and begin the next (`note`). A second pass over the
//! finished spans tells *ready* from *woken, not polled*, since that depends on what all other
//! lanes did at the same time.
//!
//! Within an instant a position is the number of polls that have begun so far. So each poll gets a
//! column of its own, and a poll that polls others is one column wider than all of them together:
//!
//! ```text
//!               0    1    2    3
//!  outer        ██████████████████    begins at 0, ends at 3
//!  inner A           █████            begins at 1, ends at 2
//!  inner B                █████       begins at 2, ends at 3
//!  [thread]     outer  A    B         what `Hold`s say: the innermost lane has the thread
//! ```
//!
//! # In which order to read it
//!
//! On the paused clock: this file, which reads the events; `spans`, how a span ends and the next
//! begins; `polls` and `wakes`, what these events change; `long_polls`, whether a poll in which
//! time passes blocks; `not_polled`, the second pass; `calls`, the queue of an event loop. Then the
//! real clock, on which no two times are equal and every poll takes some time: `real_clock` says
//! what has to be judged there, and `instants` which events count as simultaneous.
mod calls;
mod instants;
mod long_polls;
mod not_polled;
mod polls;
mod real_clock;
mod spans;
mod wakes;

use super::chart::{Chart, End, Instant, Position, Row, Said, State, Turn, Until};
use crate::timeline::{CallStage, CalledOff, Clock, Event, LaneId, Place, What};
use calls::Calls;
use instants::Instants;
use spans::OpenSpan;
use std::{collections::HashMap, time::Duration};

impl Chart {
    /// Makes a chart of `events`, which must be in order and begin with the creation of `main`. The
    /// chart has what lanes said ([`Chart::said`]). It has no [`Chart::lines`] and no verdict: the
    /// events tell neither the lines that no lane has printed, nor why the run was ended.
    pub fn new(
        title: &str,
        clock: Clock,
        events: &[Event],
        elapsed: Duration,
        left_out: u64,
    ) -> Chart {
        Chart::of_workers(0, title, clock, events, elapsed, left_out)
    }

    /// As [`Chart::new`], for a runtime that has `workers` threads beside its first one, which is
    /// number 0: in `events` the workers are the threads from 1 to `workers`.
    pub fn of_workers(
        workers: usize,
        title: &str,
        clock: Clock,
        events: &[Event],
        elapsed: Duration,
        left_out: u64,
    ) -> Chart {
        let threads = vec![vec![]; workers + 1];
        let title = title.to_owned();
        let chart = Chart { title, clock, left_out, workers, threads, ..Chart::default() };
        let mut assembly = Assembly::new(chart);
        for event in events {
            if let What::Call { number, stage } = event.what {
                // Another thread may ask for a call at any time, so that may begin a new instant.
                // Every other stage of a call comes in a poll, whose instant has been reached.
                if stage == CallStage::Asked {
                    assembly.reach(event.at);
                }
                assembly.note_call(event, number, stage);
                assembly.nth += 1;
                continue;
            }
            if let What::Awaits { until, tasks, places } = &event.what {
                assembly.note_awaits(event, *until, tasks, places.as_ref());
                assembly.nth += 1;
                continue;
            }
            if let What::LoopEnds(by) = event.what {
                let at = Turn { at: assembly.now(), by: event.lane, nth: assembly.nth };
                assembly.chart.loop_ends.push((at, by));
                assembly.nth += 1;
                continue;
            }
            // First the instant, then what happened at it: a span that is ended by this event
            // must not end at the instant before.
            assembly.reach_instant_of(event);
            assembly.note(event);
            assembly.nth += 1;
        }
        // The run may have gone on after its last event, and the spans that are still open end
        // there.
        assembly.reach(elapsed);
        assembly.finish()
    }
}

/// A chart in the making.
struct Assembly {
    /// What is finished. A span is added when it ends, and is not changed later, with three
    /// exceptions: `stopped_at_once`, `join_with_the_wait_before` and
    /// `tell_ready_from_not_polled`.
    chart: Chart,
    /// Says which events begin an instant.
    instants: Instants,
    /// The distinct names of lanes, in the order in which they came up. Lanes of one name share a
    /// colour, so a colour belongs to a name and not to a lane.
    hues: HashMap<String, usize>,
    /// What each lane does now: one for each row of `chart`, at the same index.
    open: Vec<OpenSpan>,
    /// For each thread the lanes that are being polled, the outermost first.
    /// A list for each thread, since two threads poll at the same time, and only the lanes of one
    /// thread are inside each other. It has as many lists as `chart.threads`.
    stacks: Vec<Vec<LaneId>>,
    /// How many events came before the one that is being read: what shares a position is told
    /// apart by this number.
    nth: usize,
    /// For each thread the lane whose wake was the last event there; none if the last event was no
    /// wake. The calls of an event loop do not count as events here.
    /// An inner lane that is woken passes the wake on: it calls the waker of the lane around it,
    /// and that wake is the very next event.
    woken_last: Vec<Option<LaneId>>,
    /// What is known of the calls of an event loop.
    calls: Calls,
    /// The measured time of the event that is being read: the time of its instant is rounded.
    at: Duration,
}

impl Assembly {
    /// The state before the first event: `chart` has only what is known of the whole run.
    fn new(chart: Chart) -> Assembly {
        Assembly {
            instants: Instants::new(chart.clock),
            hues: HashMap::new(),
            open: vec![],
            stacks: vec![vec![]; chart.threads.len()],
            nth: 0,
            woken_last: vec![],
            calls: Calls::default(),
            at: Duration::ZERO,
            chart,
        }
    }

    /// Begins a new instant, unless the event belongs to the last one.
    fn reach_instant_of(&mut self, event: &Event) {
        if self.ends_a_noticeable_poll(event) {
            self.at = event.at;
            let shown = self.instants.after_a_long_poll(&self.chart.instants, event.at);
            self.chart.instants.push(Instant { at: shown, columns: 0 });
        } else {
            self.reach(event.at);
        }
    }

    /// The run has come to the time `at`. Begins a new instant, unless this time belongs to the
    /// last one.
    fn reach(&mut self, at: Duration) {
        self.at = at;
        if let Some(shown) = self.instants.next(&self.chart.instants, at) {
            self.chart.instants.push(Instant { at: shown, columns: 0 });
        }
    }

    /// The right edge of all that has happened so far.
    fn now(&self) -> Position {
        self.chart.last_position()
    }

    /// Takes in what happened, at the instant that has been reached.
    fn note(&mut self, event: &Event) {
        let lane = event.lane;
        // A thread has no event of its own: it is known from the first event that happens on it.
        while self.stacks.len() <= event.thread {
            self.stacks.push(vec![]);
            self.chart.threads.push(vec![]);
        }
        self.woken_last.resize(self.stacks.len(), None);
        self.note_deed(event);
        let woken_before = self.woken_last[event.thread].take();
        match &event.what {
            What::Created { name, parent } => self.created(name, *parent),
            // The loop calls or drops the callback now. The span in which it has been waiting is
            // still open, and gets the place: the next event, a poll or a drop, ends that span.
            What::Scheduled(waits) => {
                self.open[lane].waits = Some(waits.clone());
                self.note_scheduled_callback(lane);
            }
            What::OwnTask => self.chart.rows[lane].own_task = true,
            What::OwnThread => self.chart.rows[lane].own_thread = true,
            What::PollStart(polled_at) => self.poll_starts(lane, event, polled_at.as_ref()),
            What::PollEnd { polled, .. } => self.poll_ends(lane, event, polled),
            What::Blocked(place) => self.blocked(lane, place.as_ref()),
            What::Woken { by, cancels } => {
                self.woken(lane, by, *cancels, woken_before);
                self.woken_last[event.thread] = Some(lane);
            }
            What::Dropped { by, aborted, called_off } => {
                self.chart.rows[lane].called_off = called_off.is_some();
                self.chart.rows[lane].removed = *called_off == Some(CalledOff::Removed);
                // A wait that is open was cut short, not ended by a wake.
                self.end_wait(lane, Until::Dropped);
                self.end(lane, End::Cancelled { by: *by, aborted: *aborted });
            }
            What::Says(text, location) => {
                let place = Some(Place::from(*location));
                let at = self.now();
                let said = Said { at, lane, text: text.clone(), place, nth: self.nth };
                self.chart.said.push(said);
            }
            // Read before: see `Chart::of_workers`.
            What::Call { .. } | What::Awaits { .. } | What::LoopEnds(_) => {}
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
            own_task: false,
            own_thread: false,
            called_off: false,
            removed: false,
            panicked_at: None,
            spans: vec![],
            // Overwritten when the lane ends: until then it has not ended.
            end: (now, End::Unfinished),
            made_nth: self.nth,
            ended_nth: self.nth,
        });
        self.open.push(OpenSpan::new(State::Lazy, now));
    }

    /// A span that is still open ends with the run, and a hold that has no width is removed.
    fn finish(mut self) -> Chart {
        for lane in 0..self.chart.rows.len() {
            // A lane that has ended keeps its end.
            if self.open[lane].state.is_some() {
                self.end(lane, End::Unfinished);
            }
        }
        let now = self.now();
        // The time of the last instant and not the measured one, so that the gaps between the
        // instants add up to the whole run.
        self.chart.elapsed = self.chart.time(now);
        for (holds, polled) in self.chart.threads.iter_mut().zip(&self.stacks) {
            // A poll that never returned, because the run was ended with a verdict, lasts to the
            // end of the run.
            if !polled.is_empty()
                && let Some(hold) = holds.last_mut()
            {
                hold.to = now;
            }
            // Between two inner polls the outer lane may have the thread for no time and no
            // column.
            holds.retain(|hold| hold.from < hold.to);
        }
        self.name_lanes_of_calls();
        self.name_lanes_of_awaits();
        not_polled::tell_ready_from_not_polled(&mut self.chart);
        self.chart
    }
}
