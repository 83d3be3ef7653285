//! What a lane does now, and how that becomes a span of the chart when the lane does something
//! else.
use super::Assembly;
use crate::timeline::{
    LaneId, Waits,
    draw::{
        chart::{BlockingCall, End, Position, Span, State, Until, Woken},
        places::Places,
    },
};
use std::{mem::take, time::Duration};

/// What a lane does now: the last span of its row, whose end is not known yet.
pub(super) struct OpenSpan {
    /// What the lane does; none when the lane has ended.
    /// What ends a wait is known only when the wait is over. An open wait has [`Until::RunOver`]
    /// here, and [`Assembly::end_wait`] replaces it.
    pub state: Option<State>,
    /// Since when.
    /// It is also where the span before this one ended: a row has no gaps.
    pub from: Position,
    /// Where its last poll began. From it follows how long the poll took.
    pub polled: PollBegin,
    /// The instant at which it, or a lane inside it, last did something in a poll: woke a lane,
    /// printed a line, began a poll. Its index, as in `polled`.
    pub acted_in: usize,
    /// How much of that poll was spent in polls of lanes inside it.
    /// That time counts for the inner lane, and not for the lanes around it.
    pub inside: Duration,
    /// Where the lane around makes that poll; none if no lane does.
    pub polled_at: Option<Waits>,
    /// How often it has blocked its thread in that poll, and where.
    /// Added by events. Time that passes during a poll is no proof of it: the program may have
    /// moved the clock itself.
    pub blocks: Vec<BlockingCall>,
    /// Woken in the middle of its own poll, so it is ready as soon as the poll has returned.
    /// A state cannot say it, since the lane is running until the poll returns.
    pub woken_while_polled: bool,
    /// The first wake since its last poll began: why it will be polled next.
    pub woken: Option<Woken>,
    /// The first wake before its last poll began: why it was polled then.
    pub polled_for: Option<Woken>,
    /// Where it has waited since its last poll, and for what.
    /// Known at the end of a poll, and true of the span that begins there.
    pub waits: Option<Waits>,
}

/// Where a poll began.
#[derive(Clone, Copy, Default)]
pub(super) struct PollBegin {
    /// When, as it was measured. The time of the instant is rounded, and later polls share it.
    pub at: Duration,
    /// The index of the instant.
    pub instant: usize,
}

impl OpenSpan {
    /// The first span of a lane, which is made at the position `from`.
    pub fn new(state: State, from: Position) -> OpenSpan {
        OpenSpan {
            state: Some(state),
            from,
            polled: PollBegin::default(),
            acted_in: 0,
            inside: Duration::ZERO,
            polled_at: None,
            blocks: vec![],
            woken_while_polled: false,
            woken: None,
            polled_for: None,
            waits: None,
        }
    }

    /// The places that a span of this state has.
    fn places(&self, state: State) -> Places {
        match (state, &self.waits) {
            // A lane that was not polled yet waits somewhere only if it is a callback, which waits
            // in a loop's queue.
            (
                State::Waiting(_) | State::Ready | State::WokenNotPolled | State::Lazy,
                Some(waits),
            ) => Places::recorded(waits),
            // A lane that runs has no place to show: what it last waited for is over. Nor has a
            // stream between two items: it waits for nothing.
            _ => Places::none(),
        }
    }

    /// The wake that explains a span of this state.
    fn wake(&self, state: State) -> Option<Woken> {
        match state {
            State::Ready | State::WokenNotPolled => self.woken,
            _ if state.is_poll() => self.polled_for,
            _ => None,
        }
    }
}

impl Assembly {
    /// From now on the lane does something else, or, with `None`, nothing more. What it did until
    /// now becomes a span, unless no time and no poll went by.
    pub(super) fn change(&mut self, lane: LaneId, next: Option<State>) {
        self.change_at(self.now(), lane, next);
    }

    pub(super) fn change_at(&mut self, now: Position, lane: LaneId, next: Option<State>) {
        let OpenSpan { state, from, .. } = self.open[lane];
        // Asked before `self.open` is changed: whether time has passed in a poll depends on where
        // the open span began.
        let shown = state.map(|state| self.state_shown(lane, state, now));
        self.open[lane].state = next;
        self.open[lane].from = now;
        // A lane that has ended does nothing, so no span ends now.
        let Some(state) = shown else { return };
        if from == now {
            self.stopped_at_once(lane, state);
            return;
        }
        let open = &mut self.open[lane];
        let places = open.places(state);
        let woken = open.wake(state);
        let stopped = Places::none();
        let polled_at = match &open.polled_at {
            Some(place) if state.is_poll() => Places::recorded(place),
            _ => Places::none(),
        };
        let blocks = if state.is_poll() { take(&mut open.blocks) } else { vec![] };
        let to = now;
        let ended_nth = if state.is_poll() { self.nth } else { 0 };
        let span = Span { state, from, to, places, woken, stopped, polled_at, blocks, ended_nth };
        self.chart.rows[lane].spans.push(span);
    }

    /// A wait has ended at once, so it is no span. The poll before it says where the lane waited.
    fn stopped_at_once(&mut self, lane: LaneId, state: State) {
        if matches!(state, State::Waiting(_) | State::Ready)
            && let Some(waits) = &self.open[lane].waits
            && let Some(last) = self.chart.rows[lane].spans.last_mut()
            && last.state.is_poll()
        {
            last.stopped = Places::recorded(waits);
        }
    }

    /// Says what ended the wait that is open; nothing if the lane does not wait.
    pub(super) fn end_wait(&mut self, lane: LaneId, until: Until) {
        if let Some(State::Waiting(_)) = self.open[lane].state {
            self.open[lane].state = Some(State::Waiting(until));
        }
    }

    /// The lane has ended, or the run has. A row ends where its last span ends.
    pub(super) fn end(&mut self, lane: LaneId, end: End) {
        self.end_at(self.now(), lane, end);
    }

    pub(super) fn end_at(&mut self, now: Position, lane: LaneId, end: End) {
        self.change_at(now, lane, None);
        self.chart.rows[lane].end = (now, end);
        self.chart.rows[lane].ended_nth = self.nth;
    }
}
