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
    timeline::{DropMoment, LaneId},
};
use std::time::Duration;

impl State {
    /// Decides whether this run drops `lane` now, a lane that may be dropped. Each suspension of
    /// the lane is noted, and so is the drop.
    pub fn drops(&mut self, lane: LaneId, when: DropMoment) -> bool {
        let known = &self.lanes[lane];
        // Before its first poll a lane is as ready as if it had been woken, and has not been.
        let was_woken = known.readiness != Readiness::New && known.wakes.since_poll;
        let is_pending = when == DropMoment::Pending;
        if is_pending && known.suspension != Suspension::Yes {
            return false; // not a suspension: see `Suspension`
        }
        let droppable = self.droppable(lane);
        let at = self.history.at;
        // Also before a poll: so the list has lanes that never suspend, too.
        let times = self.suspension_times(&droppable);
        if is_pending {
            times.push(at);
        }
        let Some(planned) = &mut self.planned_drop else { return false };
        // One drop in a run: a second one would hide what comes of the first.
        if planned.lane != droppable || self.has_dropped {
            return false;
        }
        if is_pending {
            planned.suspended += 1;
        }
        let is_the_moment = match when {
            DropMoment::Pending => !planned.once_woken,
            DropMoment::BeforePoll => planned.once_woken && was_woken,
        };
        self.has_dropped = is_the_moment && planned.suspended == planned.nth;
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

    /// When a lane that may be dropped has suspended until now.
    fn suspension_times(&mut self, lane: &Droppable) -> &mut Vec<Duration> {
        let known = self.suspensions.iter().position(|suspensions| suspensions.lane == *lane);
        let position = known.unwrap_or(self.suspensions.len());
        if known.is_none() {
            self.suspensions.push(Suspensions { lane: lane.clone(), times: vec![] });
        }
        &mut self.suspensions[position].times
    }

    /// A lane was dropped before it was done.
    pub fn dropped(&mut self, lane: LaneId) {
        self.history.note(&(lane, "dropped"));
        self.lanes[lane].readiness = Readiness::Over;
        for (_, waker) in self.waiting.forget(lane) {
            self.unused.push(waker);
        }
        // If others waited for this lane, they wait no more.
        match self.waiting.hold {
            Hold::For(chosen) if chosen == lane => {
                self.obstacles.absent = Some(chosen);
                self.release();
            }
            Hold::MayGoOn(first) if first == lane => self.release(),
            _ => {}
        }
    }
}
