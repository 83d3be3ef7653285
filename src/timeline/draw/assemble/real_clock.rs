//! What has to be judged on the real clock, where the paused clock leaves no question.
//!
//! | | paused clock | real clock |
//! |---|---|---|
//! | one instant | equal times | close times: `instants` |
//! | a poll takes time | if it blocks or moves the clock | always; a long one to a new instant |
//! | a poll blocks | an event says so | its own time is long: `long_polls` |
//! | a timer wakes a lane | before the lane is polled | perhaps after a poll without a wake |
//! | woken, not polled | the thread was idle | and its owner was seen to wait: `not_polled` |
//!
//! The second row and the fourth are here:
//!
//! ```text
//!   instants    0 ms               100 ms
//!   short poll  ██                          0.2 ms: it ends where it began
//!   long poll   █████████████▏              12 ms: it begins at 0 and ends at a new instant, 12 ms
//!
//!   measured    ─────────▒ ─ ░█             polled without a wake at 99.8 ms, woken at 100.1 ms
//!   drawn       ───────────▒█               the wake ended the long wait; the short one is no span
//! ```
use super::{Assembly, spans::OpenSpan};
use crate::timeline::{
    Clock, Event, LaneId, What,
    draw::chart::{Position, State, Until},
};
use std::time::Duration;

/// On the real clock a poll that takes no longer than this is drawn as if it took no time.
const SHORT_POLL: Duration = Duration::from_millis(1);

impl Assembly {
    /// Whether this event ends a poll that must be seen to last: one that took long, and that would
    /// otherwise end at the instant at which it began.
    pub(super) fn ends_a_noticeable_poll(&self, event: &Event) -> bool {
        let ends = matches!(event.what, What::PollEnd { .. });
        // On the paused clock a new instant begins anyway if time passes in a poll.
        if self.chart.clock == Clock::Paused || !ends || self.chart.instants.is_empty() {
            return false;
        }
        let began = self.open[event.lane].polled;
        let is_long = event.at.saturating_sub(began.at) > SHORT_POLL;
        // A poll that began at an earlier instant is seen anyway: it reaches into a later one.
        is_long && began.instant + 1 == self.chart.instants.len()
    }

    /// What happens on a thread is done in the polls there.
    pub(super) fn note_deed(&mut self, event: &Event) {
        if matches!(event.what, What::PollEnd { .. }) {
            return;
        }
        let instant = self.now().instant;
        for lane in &self.stacks[event.thread] {
            self.open[*lane].acted_in = instant;
        }
    }

    /// Where a poll ends. A new instant may have begun during the poll. A short poll still ends in
    /// the instant in which it began: otherwise it would be drawn across the whole gap between the
    /// two, as if it had lasted. But what it did at the new instant must not come after its end:
    /// a lane that it woke there would have been woken by a lane that was not polled.
    pub(super) fn end_of_poll(&self, lane: LaneId, event: &Event) -> Position {
        let now = self.now();
        let OpenSpan { polled: began, acted_in, .. } = self.open[lane];
        let is_short = event.at.saturating_sub(began.at) <= SHORT_POLL;
        let has_acted_since = acted_in > began.instant;
        if self.chart.clock == Clock::Real
            && is_short
            && !has_acted_since
            && began.instant < now.instant
        {
            let columns = self.chart.instants[began.instant].columns;
            return Position { instant: began.instant, column: columns };
        }
        now
    }

    /// A lane may be polled without a wake a moment before its own timer fires. Both are in one
    /// instant, and the wait between them has no place in it. Then the wait before that poll is
    /// drawn as ended by this wake.
    pub(super) fn join_with_the_wait_before(&mut self, lane: LaneId, until: Until) {
        let now = self.now();
        if self.chart.clock == Clock::Paused || self.open[lane].from != now {
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
}
