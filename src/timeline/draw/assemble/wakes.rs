//! A lane is woken: what ended its wait, and which arrow is drawn.
use super::Assembly;
use crate::timeline::{
    Clock, LaneId, WokenBy,
    draw::chart::{State, Until, Wake, Woken},
};

impl Assembly {
    /// `woken_before` is the lane whose wake was the last event on this thread.
    pub(super) fn woken(
        &mut self,
        lane: LaneId,
        by: &WokenBy,
        cancels: bool,
        woken_before: Option<LaneId>,
    ) {
        // An event says what called the waker. A span says what ended the wait.
        let until = match by {
            WokenBy::Lane(from) => Until::Lane(*from),
            WokenBy::Clock => Until::Clock,
            WokenBy::Yield => Until::Yield,
            WokenBy::Outside => Until::Outside,
        };
        let passed_on = match by {
            WokenBy::Lane(from) => {
                woken_before == Some(*from) && self.chart.is_inside(*from, lane, self.now())
            }
            WokenBy::Clock | WokenBy::Yield | WokenBy::Outside => false,
        };
        // The first wake counts: the lane is polled once for all of them.
        let is_rounded = self.chart.clock == Clock::Real && until == Until::Clock;
        let fired = if is_rounded { Some(self.at) } else { None };
        let woken = Woken { by: until, at: self.now(), nth: self.nth, passed_on, cancels, fired };
        self.open[lane].woken.get_or_insert(woken);
        match self.open[lane].state {
            Some(State::Waiting(_)) => {
                self.end_wait(lane, until);
                // On the real clock this wait may have no width. Then the wake explains the wait
                // before it.
                self.join_with_the_wait_before(lane, until);
                self.change(lane, Some(State::Ready));
            }
            Some(State::Running | State::RunningUnwoken | State::OnThread) => {
                // The lane was woken in its own poll: by itself, by a lane inside it, or by another
                // thread. No arrow is drawn within a poll.
                self.open[lane].woken_while_polled = true;
                return;
            }
            _ => {}
        }
        // An arrow begins at a lane: a timer, the runtime and a socket are no lanes.
        if let Until::Lane(from) = until {
            self.add_arrow(from, lane, woken);
        }
    }

    fn add_arrow(&mut self, from: LaneId, to: LaneId, woken: Woken) {
        let Woken { at, nth, passed_on, cancels, .. } = woken;
        // One arrow to a lane at one position is enough, even if several lanes wake it there: the
        // first wake is why it is polled.
        for wake in self.chart.wakes.iter().rev() {
            if wake.at != at {
                break;
            }
            if wake.to == to {
                return;
            }
        }
        self.chart.wakes.push(Wake { at, from, to, nth, passed_on, cancels });
    }
}
