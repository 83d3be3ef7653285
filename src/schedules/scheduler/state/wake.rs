//! A lane is woken.
use super::State;
use crate::timeline::LaneId;

impl State {
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
}
