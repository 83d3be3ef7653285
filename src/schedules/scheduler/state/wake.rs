//! A lane is woken.
use super::State;
use crate::{
    schedules::scheduler::{
        frame::Frame,
        known::{PlaceInQueue, Readiness, WakeOrigin},
    },
    timeline::LaneId,
};

impl State {
    /// The waker of a lane was called. `yielded` says that the runtime did it, because the lane had
    /// asked for it at this same instant. Returns whether the recording has this wake.
    ///
    /// A lane passes a wake on to the lane around it, so the innermost one is noted first. Only
    /// that one has become ready: the lanes around it are polled for its sake.
    pub fn woken(&mut self, lane: LaneId, yielded: bool) -> bool {
        let is_innermost = self.wakes_under_way == 0;
        self.wakes_under_way += 1;
        if is_innermost
            && !yielded
            && let Some(frame) = self.poll_of_others_in(lane)
        {
            // `FuturesUnordered` wakes its task when it has polled all that is in it. That says
            // nothing about what the task itself can do. If a lane in it was deferred, there would
            // be no such wake without the scheduler, and it is not recorded. (Any other future that
            // polls a lane and then wakes itself looks the same.)
            let origin = match frame.has_deferred {
                true => WakeOrigin::Scheduler,
                false => WakeOrigin::Program,
            };
            self.lanes[lane].wakes.count(origin);
            return origin == WakeOrigin::Program;
        }
        let place = PlaceInQueue { since: self.history.tick(), batch: self.history.arrivals };
        let known = &mut self.lanes[lane];
        // A lane that was interrupted has not asked for this wake. It is woken because its budget
        // was used up, and with a new budget it goes on with the poll that was interrupted.
        let origin = match yielded && known.is_interrupted {
            true => WakeOrigin::Scheduler,
            false => WakeOrigin::Program,
        };
        known.wakes.count(origin);
        if !is_innermost {
            return true;
        }
        let has_yielded = yielded && origin == WakeOrigin::Program;
        known.becomes_ready(if has_yielded { Readiness::Yielded } else { Readiness::Ready }, place);
        origin == WakeOrigin::Program
    }

    /// The poll of `lane` that is going on, if it has polled other lanes already.
    fn poll_of_others_in(&self, lane: LaneId) -> Option<&Frame> {
        let frame = self.frames.last()?;
        if frame.lane == lane && !frame.arrived.is_empty() { Some(frame) } else { None }
    }

    /// The wake has been passed on to the lane around.
    pub fn wake_passed_on(&mut self) {
        self.wakes_under_way -= 1;
    }
}
