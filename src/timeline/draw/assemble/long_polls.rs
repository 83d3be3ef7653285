//! A poll in which time passes: whether the lane blocks its thread, or the program moves the clock,
//! or an inner lane does either.
use super::{Assembly, instants::JITTER};
use crate::timeline::{
    Clock, LaneId,
    draw::chart::{Position, State},
};
use std::time::Duration;

impl Assembly {
    /// What the span that ends at `now` shows: the open state, unless it is a poll that took long.
    ///
    /// The paused clock moves during a poll for two reasons: a lane blocks, and then there was an
    /// event; or the program moves it, as `tokio::time::advance` does. If an inner lane did either,
    /// the poll of this lane is shown as a plain poll.
    pub(super) fn state_shown(&self, lane: LaneId, state: State, now: Position) -> State {
        let is_run = matches!(state, State::Running | State::RunningUnwoken);
        let time_passes = self.open[lane].from.instant < now.instant;
        if !is_run || !time_passes {
            return state;
        }
        let own_time = self.own_time(lane);
        match self.chart.clock {
            Clock::Paused if own_time.is_zero() => state,
            Clock::Paused if !self.open[lane].blocks.is_empty() => State::Blocking,
            Clock::Paused => State::MovedClock,
            Clock::Real => {
                // A busy machine may take the thread away in any poll, for as long as it makes a
                // timer late. Between the end of an inner poll and that of the outer one it may
                // stall, too: so up to a tenth of the inner poll's time is not called blocking.
                let stall = self.time_inside(lane) / 10;
                if own_time > JITTER.max(stall) { State::Blocking } else { state }
            }
        }
    }

    /// How long the last poll of the lane has lasted so far, without the polls of lanes inside it.
    fn own_time(&self, lane: LaneId) -> Duration {
        let open = &self.open[lane];
        self.at.saturating_sub(open.polled.at).saturating_sub(self.time_inside(lane))
    }

    /// How much of the last poll of the lane was spent in polls of lanes inside it.
    fn time_inside(&self, lane: LaneId) -> Duration {
        let mut inside = self.open[lane].inside;
        for stack in &self.stacks {
            let depth = stack.iter().position(|other| *other == lane);
            // The run may have been ended in the middle of a poll. Then the poll of the next inner
            // lane goes on, and is not in the sum yet.
            if let Some(depth) = depth
                && let Some(&inner) = stack.get(depth + 1)
            {
                inside += self.at.saturating_sub(self.open[inner].polled.at);
            }
        }
        inside
    }
}
