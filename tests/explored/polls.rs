//! Which poll of the recording each step belongs to.
use super::Explored;
use async_concepts::timeline::{
    Chart, LaneId, LoopCall, Places, Position, Row, Span, State, Step, Turn, Until, Woken,
};
use std::ops::Range;

/// The steps in Rust, and the polls of the recording.
pub struct Polls<'e> {
    /// What was recorded.
    pub chart: &'e Chart,
    /// The steps in Rust.
    pub steps: &'e [Step],
    /// When something ran: a step has an index into this list.
    instants: &'e [(u64, String)],
    /// The source in Rust.
    pub file: &'e str,
    /// For each lane its polls, in order.
    pub of_lane: Vec<Vec<Poll<'e>>>,
}

/// A poll, and the steps that show it.
pub struct Poll<'e> {
    /// As the chart has it.
    pub span: &'e Span,
    /// Where the chart has it among the spans of its lane.
    pub nth: usize,
    /// The step with which it begins.
    pub first: usize,
    /// The last of its steps: a poll that polls others has several.
    pub last: usize,
}

/// Whether a span is a poll.
pub fn is_poll(span: &Span) -> bool {
    match span.state {
        State::Running
        | State::RunningUnwoken
        | State::Blocking
        | State::MovedClock
        | State::OnThread => true,
        State::Lazy
        | State::Waiting(_)
        | State::Ready
        | State::WokenNotPolled
        | State::BetweenItems => false,
    }
}

impl<'e> Polls<'e> {
    /// # Panics
    /// If the steps are not those of the polls: each poll begins with one step.
    pub fn of(explored: &'e Explored) -> Polls<'e> {
        let chart = &explored.chart;
        let steps = &explored.run.tracks[0].steps[..];
        let mut of_lane = vec![];
        for (lane, row) in chart.rows.iter().enumerate() {
            let mut polls: Vec<Poll<'e>> = vec![];
            let mut spans = row.spans.iter().enumerate().filter(|(_, span)| is_poll(span));
            for (nth, step) in steps.iter().enumerate() {
                if step.lane != lane {
                    continue;
                }
                if step.rest {
                    polls.last_mut().expect("a poll before its rest").last = nth;
                } else {
                    let (place, span) = spans.next().expect("a poll for each step that is none");
                    polls.push(Poll { span, nth: place, first: nth, last: nth });
                }
            }
            assert!(spans.next().is_none(), "a poll of {} has no step", row.name);
            of_lane.push(polls);
        }
        let file = explored.run.tracks[0].file.as_str();
        Polls { chart, steps, instants: &explored.run.instants, file, of_lane }
    }

    pub fn row(&self, lane: LaneId) -> &'e Row {
        &self.chart.rows[lane]
    }

    /// The place among the polls of a lane of the last one that has begun by a step; none before
    /// its first poll.
    pub fn begun(&self, lane: LaneId, step: usize) -> Option<usize> {
        self.of_lane[lane].iter().rposition(|poll| poll.first <= step)
    }

    /// The first poll of a lane that begins after a step.
    pub fn next(&self, lane: LaneId, step: usize) -> Option<&Poll<'e>> {
        self.of_lane[lane].iter().find(|poll| poll.first > step)
    }

    /// Where a lane waits after a poll, and for what.
    pub fn stopped(&self, lane: LaneId, poll: &Poll<'e>) -> &'e Places {
        match self.row(lane).spans.get(poll.nth + 1) {
            Some(next) if !is_poll(next) => &next.places,
            _ => &poll.span.stopped,
        }
    }

    /// What woke a lane first after its poll of this number: the chart has it at the next poll that
    /// answers a wake, or where the lane was ready and never polled.
    pub fn wake_after(&self, lane: LaneId, nth: usize) -> Option<Wake> {
        let polls = &self.of_lane[lane];
        for (nth, poll) in polls.iter().enumerate().skip(nth + 1) {
            if poll.span.state != State::RunningUnwoken {
                let woken = poll.span.woken?;
                return Some(Wake { woken, polled: Some(nth) });
            }
        }
        // It was woken and never polled again. If it was dropped right there, only its wait says
        // so.
        let last = polls.last()?;
        let after = &self.row(lane).spans[last.nth + 1..];
        for span in after {
            if let Some(woken) = span.woken {
                return Some(Wake { woken, polled: None });
            }
        }
        for span in after {
            if let State::Waiting(by @ (Until::Clock | Until::Lane(_))) = span.state {
                let at = span.to;
                let woken = Woken { by, at, nth: 0, passed_on: false, cancels: false, fired: None };
                return Some(Wake { woken, polled: None });
            }
        }
        None
    }

    /// Whether the runtime's thread was busy right until a position.
    pub fn is_busy_until(&self, at: Position) -> bool {
        let mut holds = self.chart.threads[0].iter();
        holds.any(|hold| hold.from.instant < at.instant && hold.to.instant == at.instant)
    }

    /// Whether an event loop of the program's own has told of its calls.
    pub fn has_a_loop(&self) -> bool {
        !self.chart.calls.is_empty()
    }

    /// Between which steps something has happened to a call of an event loop. The first of them is
    /// that with which the poll began in which it happened; at the end of the last it has happened
    /// for certain, since another poll begins after that, or the poll is over.
    pub fn happened(&self, turn: Turn) -> (usize, usize) {
        let in_it = |poll: &&Poll<'_>| poll.span.from < turn.at && turn.at <= poll.span.to;
        let poll = self.of_lane[turn.by].iter().rfind(in_it);
        let later = self.of_lane.iter().flatten().filter(|poll| turn.at <= poll.span.from);
        let next = later.map(|poll| poll.first).min().unwrap_or(self.steps.len());
        let last = next.saturating_sub(1);
        match poll {
            Some(poll) => (poll.first, last.max(poll.first)),
            None => (last, last),
        }
    }

    /// The places at one of which the coroutine waits after a step until whose end a lane runs an
    /// event loop. It is at the first of them, unless it has gone on in this very poll of the lane.
    /// Empty if the lane runs no loop, or if it is not known.
    pub fn of_the_coroutine(&self, lane: LaneId, step: usize) -> Vec<&'e Places> {
        let mut all = vec![];
        for awaits in &self.chart.awaits {
            let (first, last) = self.happened(awaits.from);
            if awaits.from.by != lane || step < first {
                continue;
            }
            if last <= step {
                all.clear();
            }
            all.push(&awaits.places);
        }
        all.retain(|places| !places.waits().is_empty());
        all
    }

    /// The steps after which a call is in the queue of its loop for certain, and those after which
    /// it may be.
    pub fn queued(&self, call: &LoopCall) -> Option<[Range<usize>; 2]> {
        let (first, last) = self.happened(call.asked.unwrap_or(call.queued?));
        let Some(over) = call.over else {
            return Some([last..self.steps.len(), first..self.steps.len()]);
        };
        // The lane that it runs is polled right where the loop makes the call.
        let lane = call.lane?;
        let mut polls = self.of_lane[lane].iter();
        if lane != over.by
            && let Some(poll) = polls.find(|poll| poll.span.from == over.at)
        {
            return Some([last..poll.first, first..poll.first]);
        }
        let (from, to) = self.happened(over);
        Some([last..from, first..to + 1])
    }

    /// When a step began, in nanoseconds.
    pub fn time(&self, step: &Step) -> u64 {
        self.instants[step.instant].0
    }

    /// The letter of a lane after a step.
    pub fn letter(&self, step: usize, lane: LaneId) -> char {
        self.steps[step].states.chars().nth(lane).expect("a letter for each lane")
    }
}

/// A wake that ended a wait.
pub struct Wake {
    pub woken: Woken,
    /// The place of the poll that answers it; none if the lane was never polled again.
    pub polled: Option<usize>,
}

impl Wake {
    pub fn is_by_the_clock(&self) -> bool {
        self.woken.by == Until::Clock
    }
}
