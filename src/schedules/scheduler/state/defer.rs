//! Lanes wait, and need not wait any more.
use super::{Answer, Arrival, State};
use crate::{
    schedules::scheduler::{
        candidates::LATER,
        granularity::Granularity,
        known::{PlaceInQueue, Suspension},
        waiting::Hold,
    },
    timeline::{LaneId, Poller},
};

impl State {
    /// The lane waits for another one. Its poll returns `Pending` without having taken place.
    pub(super) fn defer(&mut self, arrival: Arrival<'_>) -> Answer {
        let lane = arrival.lane;
        self.unused.extend(self.waiting.defer(lane, arrival.waker));
        self.note_deferred(lane);
        // If a lane inside another one is deferred before its first poll, that lets a sibling come
        // first: so the lane has siblings, and is a branch. For a lane that has been polled before,
        // nothing depends on this.
        if matches!(self.lanes[lane].nesting.poller, Some(Poller::Lane(_))) {
            self.lanes[lane].nesting.is_branch = true;
        }
        Answer::Defer
    }

    /// A lane that yields lets all others go first, and is polled when no other is ready. Tokio has
    /// the same rule: it wakes the lane when tokio's queue is empty. While lanes are deferred, that
    /// queue is empty too early, so the lane has to rest for longer.
    pub(super) fn rest(&mut self, arrival: Arrival<'_>) -> Answer {
        self.unused.extend(self.waiting.rest(arrival.lane, arrival.waker));
        self.note_deferred(arrival.lane);
        Answer::Defer
    }

    /// It is the lane's turn, and the task that polls it has no budget left. It stays the chosen
    /// lane, and is polled when the task has another budget.
    pub fn wait_for_budget(&mut self, lane: LaneId) {
        self.waiting.hold = Hold::For(lane);
        self.note_deferred(lane);
    }

    /// A lane is not polled although it is ready. From now on, what the runtime does may be due to
    /// that.
    fn note_deferred(&mut self, lane: LaneId) {
        if !self.has_deferred {
            self.has_deferred = true;
            // No lane was deferred until now, so what has yielded stands in the runtime's queue
            // where it would stand without a scheduler.
            for known in &mut self.lanes {
                known.end_rest();
            }
        }
        // The lane is about to return `Pending`, and has not suspended.
        if self.lanes[lane].suspension == Suspension::Yes {
            self.lanes[lane].suspension = Suspension::No;
        }
        for frame in &mut self.frames {
            frame.has_deferred = true;
            // The lanes around it have not suspended either: without a scheduler they would poll it
            // now.
            let around = &mut self.lanes[frame.lane];
            if around.suspension == Suspension::Yes {
                around.suspension = Suspension::Later;
            }
        }
    }

    /// The deferred lanes need not wait any more.
    pub(super) fn release(&mut self) {
        let mut released = self.waiting.release();
        if self.granularity == Granularity::Operations {
            // A lane whose budget was used up stands behind those that were ready before it.
            released.sort_by_key(|(lane, _)| self.lanes[*lane].place.since);
        }
        for (_, waker) in released {
            self.released.push(waker);
        }
    }

    /// The runtime has nothing to do: a lane that was waited for will not arrive any more.
    pub fn about_to_park(&mut self) {
        match self.waiting.hold {
            Hold::For(chosen) => self.obstacles.absent = Some(chosen),
            Hold::Later { .. } => self.obstacles.absent = Some(LATER),
            Hold::MayGoOn(_) | Hold::Nothing => {}
        }
        self.release();
        self.end_rest();
    }

    /// Lanes that have yielded are from now on as ready as any.
    fn end_rest(&mut self) {
        let now = self.history.tick();
        for (lane, waker) in self.waiting.end_rest() {
            let known = &mut self.lanes[lane];
            known.end_rest();
            known.place = PlaceInQueue { since: now, batch: self.history.arrivals };
            self.released.push(waker);
        }
    }
}
