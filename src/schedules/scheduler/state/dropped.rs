//! A lane is dropped, by this run or by the program.
use super::State;
use crate::{
    schedules::{
        cancellable::{Droppable, Suspensions},
        scheduler::{
            known::{Readiness, Suspension},
            waiting::Hold,
        },
    },
    timeline::LaneId,
};
use std::task::Waker;

impl State {
    /// A lane that may be dropped has just returned `Pending` (`suspends`), or is about to be
    /// polled again. Returns whether this run drops it now.
    pub fn drops(&mut self, lane: LaneId, suspends: bool) -> bool {
        let known = &self.lanes[lane];
        let was_woken = known.readiness != Readiness::New && known.wakes.since_poll;
        if suspends && known.suspension != Suspension::Yes {
            return false; // it was deferred, or polled for the sake of another lane
        }
        let droppable = self.droppable(lane);
        if suspends {
            self.note_suspension(&droppable);
        }
        let Some(planned) = &mut self.planned_drop else { return false };
        // Once in a run: what comes of it is to be seen without a second cancellation.
        if planned.lane != droppable || self.has_dropped {
            return false;
        }
        if suspends {
            planned.seen += 1;
        }
        let is_the_moment = match suspends {
            true => !planned.once_woken,
            false => planned.once_woken && was_woken,
        };
        self.has_dropped = is_the_moment && planned.seen == planned.nth;
        self.has_dropped
    }

    /// The lane by its name and its position among those of that name: its number may differ in
    /// another schedule.
    fn droppable(&self, lane: LaneId) -> Droppable {
        let name = self.lanes[lane].name.clone();
        let mut position = 0;
        for known in &self.lanes[..lane] {
            if known.name == name {
                position += 1;
            }
        }
        Droppable { name, position }
    }

    /// A lane that may be dropped suspends now.
    fn note_suspension(&mut self, lane: &Droppable) {
        let at = self.history.at;
        for suspensions in &mut self.suspensions {
            if suspensions.lane == *lane {
                suspensions.times.push(at);
                return;
            }
        }
        self.suspensions.push(Suspensions { lane: lane.clone(), times: vec![at] });
    }

    /// A lane was dropped before it was done. Returns wakers that nothing needs any more, to be
    /// dropped without the lock.
    pub fn dropped(&mut self, lane: LaneId) -> Vec<(LaneId, Waker)> {
        self.history.note(&(lane, "dropped"));
        self.lanes[lane].readiness = Readiness::Over;
        let unused = self.waiting.forget(lane);
        // If it was the one that the others waited for, they wait no more.
        match self.waiting.hold {
            Hold::For(chosen) if chosen == lane => {
                self.ends.absent = Some(chosen);
                self.release();
            }
            Hold::MayGoOn(first) if first == lane => self.release(),
            _ => {}
        }
        unused
    }
}
