//! A lane is made, and arrives.
use super::{Answer, Arrival, State};
use crate::{
    schedules::scheduler::{
        candidates,
        decision::{Refusal, Spin},
        frame::PollReason,
        history::{MOST_ARRIVALS, Moment},
        known::{Follower, KnownLane, Readiness},
        waiting::Hold,
    },
    timeline::{LaneId, Made, Poller},
};

impl State {
    /// A lane was made. Its first poll needs no wake.
    pub fn created(&mut self, lane: LaneId, made: Made<'_>) {
        debug_assert_eq!(lane, self.lanes.len());
        self.history.note(made.name);
        let now = self.history.tick();
        self.lanes.push(KnownLane::new(made, now, self.history.arrivals));
    }

    /// A lane arrives: is it polled now?
    pub fn arrives(&mut self, arrival: Arrival<'_>) -> Answer {
        self.note_arrival(arrival);
        let lane = arrival.lane;
        if self.obstacles.spins.is_some() {
            // The poll returns `Pending`. Its waker is not kept, unlike in `State::defer`: so
            // nothing polls the lane any more, and the run comes to its end.
            return Answer::Defer;
        }
        // The own code of such a lane has nothing to do. But a lane inside it may be ready, and can
        // only be reached through this poll.
        if !self.lanes[lane].is_ready() {
            return Answer::Poll(self.reason_if_not_ready(arrival));
        }
        if self.obstacles.is_no_schedule() {
            // The run comes to its end as if there were no scheduler.
            self.release();
            return Answer::Poll(PollReason::OwnCode);
        }
        // Tokio polls a lane that has yielded when its queue is empty. Once lanes are deferred,
        // that is too early, so the lane has to rest. Before that nothing need be done.
        if self.lanes[lane].readiness == Readiness::Yielded && self.has_deferred {
            return self.rest(arrival);
        }
        match self.waiting.hold {
            Hold::For(chosen) if chosen == lane => self.its_turn(lane),
            // The chosen lane is inside this one, whose own code comes first.
            Hold::For(chosen) if candidates::is_around(&self.lanes, lane, chosen) => {
                Answer::Poll(PollReason::OwnCode)
            }
            Hold::For(_) => self.defer(arrival),
            Hold::Later { inside, since } => match self.is_made_later(lane, inside, since) {
                true => self.decide(arrival),
                false => self.defer(arrival),
            },
            // Which lane comes next is decided when `first` arrives, so this one waits.
            Hold::MayGoOn(first) if first != lane => self.defer(arrival),
            Hold::MayGoOn(_) | Hold::Nothing => self.decide(arrival),
        }
    }

    /// Notes what is known as soon as a lane arrives, whatever becomes of it.
    fn note_arrival(&mut self, arrival: Arrival<'_>) {
        let Arrival { lane, poller, at, .. } = arrival;
        self.history.at = at;
        self.history.arrivals += 1;
        if self.history.arrivals > MOST_ARRIVALS {
            // The first time counts.
            self.obstacles.spins.get_or_insert(Spin { at, polls: self.history.polls });
        }
        if poller == Poller::UnnamedTask {
            let known = &self.lanes[lane];
            let what = format!("the lane {} ({}) is polled by", known.name, known.made_at);
            self.refuse(Refusal::Task(what));
        }
        // The beginning of the poll in which the lane arrives. A lane that the runtime polls
        // arrives in no poll of another lane: for it the moment of its arrival is noted.
        let now = self.history.tick();
        let poll_around = match self.frames.last() {
            Some(frame) => frame.begun,
            None => now,
        };
        self.note_follower(lane);
        if let Some(frame) = self.frames.last_mut() {
            frame.arrived.push(lane);
        }
        let nesting = &mut self.lanes[lane].nesting;
        nesting.poller = Some(poller);
        nesting.is_passed_over = false;
        nesting.first_arrival.get_or_insert((poller, poll_around));
    }

    /// If the lane arrives for the first time, it is noted as a follower of each lane that has
    /// arrived before it in the same poll. The lane around may make such lanes one after the other,
    /// and poll each at once. Then another schedule can let a lane wait for one that is made later:
    /// see [`LATER`](candidates::LATER).
    ///
    /// The branches of a `join!` are noted as followers, too, although all of them are made first.
    /// That costs runs in which a lane waits for a later one that does not come. Such runs do not
    /// count.
    fn note_follower(&mut self, lane: LaneId) {
        let Some(frame) = self.frames.last() else { return };
        if self.lanes[lane].nesting.first_arrival.is_some() {
            return;
        }
        let follower = Follower { poll: frame.begun, made: self.lanes[lane].created };
        for number in &frame.arrived {
            let other = &mut self.lanes[*number];
            if other.is_there() {
                other.nesting.followers.push(follower);
            }
        }
    }

    /// Why a lane is polled that is not ready: for a lane inside it, or only because another lane
    /// was deferred.
    fn reason_if_not_ready(&self, arrival: Arrival<'_>) -> PollReason {
        let also_without_a_scheduler = match arrival.poller {
            // A lane inside another one is polled whenever the other one is.
            Poller::Lane(_) => match self.frames.last() {
                Some(frame) => !frame.reason.is_quiet(),
                None => true,
            },
            // A task is polled when something has woken it.
            Poller::Runtime | Poller::UnnamedTask => self.lanes[arrival.lane].wakes.since_poll,
        };
        if self.has_deferred && !also_without_a_scheduler {
            PollReason::Deferral
        } else {
            PollReason::LaneInside
        }
    }

    /// Whether the lane was made after `since`, and arrives in the poll that began at `inside`.
    fn is_made_later(&self, lane: LaneId, inside: Moment, since: Moment) -> bool {
        let is_in_that_poll = match self.frames.last() {
            Some(frame) => frame.begun == inside,
            None => false,
        };
        is_in_that_poll && self.lanes[lane].created > since
    }
}
