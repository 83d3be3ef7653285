//! A lane is polled.
use super::{Arrival, State};
use crate::{
    schedules::scheduler::{
        candidates::{ArrivalContext, LATER},
        decision::Decision,
        frame::{Frame, PollReason},
        granularity::Granularity,
        known::{Readiness, Suspension},
        waiting::Hold,
    },
    timeline::{LaneId, Poller},
};

impl State {
    /// The poll of a lane that has arrived begins.
    pub fn poll_begins(&mut self, arrival: Arrival<'_>, reason: PollReason) {
        let lane = arrival.lane;
        if reason.is_own_code() {
            self.history.note(&(lane, arrival.at));
        }
        if !reason.is_quiet() {
            self.history.polls += 1;
        }
        let begun = self.history.tick();
        let known = &mut self.lanes[lane];
        // If this poll returns `Pending`, the lane suspends in three cases: its own code can go on;
        // or the program has woken it; or a lane inside it was deferred in its last poll, and
        // without a scheduler that poll and this one are one.
        let was_put_off = known.suspension == Suspension::Later;
        let suspends = was_put_off || reason.is_own_code() || known.wakes.since_poll;
        known.suspension = if suspends { Suspension::Yes } else { Suspension::No };
        known.wakes.since_poll = false;
        if reason.is_own_code() {
            let is_first_poll = known.readiness == Readiness::New;
            if is_first_poll && let Some(frame) = self.frames.last_mut() {
                frame.first_polls.push(lane);
            }
            known.own_code_begins(begun);
        }
        self.frames.push(Frame::new(lane, reason, begun, known.wakes.in_all));
    }

    /// The poll of a lane has returned. `ended` says that the lane is over, `exhausted` that there
    /// is no budget left.
    pub fn poll_ends(&mut self, lane: LaneId, ended: bool, exhausted: bool) {
        // A lane is in the midst of one poll at a time, so it has one frame.
        let Some(nth) = self.frames.iter().rposition(|frame| frame.lane == lane) else { return };
        let frame = self.frames.remove(nth);
        if ended {
            self.lanes[lane].readiness = Readiness::Over;
        } else if exhausted
            && frame.reason.is_own_code()
            && self.granularity == Granularity::Operations
        {
            self.lanes[lane].is_interrupted = true;
            // It may be only the budget that has ended the poll: then the lane is about to arrive
            // again. The next decision is made when it arrives, and the others wait until then.
            if self.waiting.hold == Hold::Nothing && !self.obstacles.is_no_schedule() {
                self.waiting.hold = Hold::MayGoOn(lane);
            }
        }
        if self.frames.is_empty() {
            self.tasks.count(&self.lanes, lane, ended, self.history.at);
        }
        let is_polled_again = self.lanes[lane].wakes.in_all > frame.wakes;
        if ended || is_polled_again {
            return;
        }
        self.note_passed_over(&frame);
        // If the lane that was chosen had to arrive in this poll and has not, it never will.
        let absent = match self.waiting.hold {
            Hold::Later { inside, .. } if inside == frame.begun => LATER,
            Hold::For(chosen) if self.ought_to_have_arrived_in(chosen, &frame) => chosen,
            _ => return,
        };
        self.obstacles.absent = Some(absent);
        self.release();
    }

    /// Notes which lanes inside the polled lane were ready before this poll and did not arrive in
    /// it: the polled lane passes them over. A `select!` does that while its chosen arm awaits, and
    /// no schedule can change it.
    fn note_passed_over(&mut self, frame: &Frame) {
        for (number, known) in self.lanes.iter_mut().enumerate() {
            let inside = known.nesting.poller == Some(Poller::Lane(frame.lane));
            let was_ready = known.is_ready() && known.place.since < frame.begun;
            if inside && was_ready && !frame.arrived.contains(&number) {
                known.nesting.is_passed_over = true;
            }
        }
    }

    /// Whether `chosen` could only arrive in this poll, which is over, and did not.
    fn ought_to_have_arrived_in(&self, chosen: LaneId, frame: &Frame) -> bool {
        if frame.arrived.contains(&chosen) {
            return false;
        }
        if self.lanes[chosen].nesting.is_passed_over {
            return true;
        }
        // A new lane was chosen when another new lane arrived in this poll. The chosen lane could
        // only be another one of those that this poll was about to poll for the first time.
        match self.decisions.last() {
            Some(Decision { context: ArrivalContext::OnlyNewFirst { inside }, .. }) => {
                *inside == frame.begun && self.lanes[chosen].nesting.first_arrival.is_none()
            }
            _ => false,
        }
    }
}
