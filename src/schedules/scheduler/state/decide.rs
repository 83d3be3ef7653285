//! Several lanes are ready: one of them is chosen.
use super::{Answer, Arrival, State};
use crate::{
    schedules::scheduler::{
        candidates::{self, ArrivalContext, Candidate, LATER, Situation},
        decision::Decision,
        frame::PollReason,
        history::Moment,
        known::Readiness,
        roles::put_in_canonical_order,
        waiting::Hold,
    },
    timeline::{LaneId, Poller},
};

impl State {
    /// A ready lane has arrived and need not wait: which lane is polled next?
    pub(super) fn decide(&mut self, arrival: Arrival<'_>) -> Answer {
        let lane = arrival.lane;
        // The lanes that have waited are woken, so that they arrive again: each may be chosen now,
        // or later. If this lane is not chosen, it is deferred, and so are the others again.
        let hold = self.waiting.hold;
        self.release();
        let context = self.find_context(arrival);
        let mut running = vec![];
        for frame in &self.frames {
            running.push(frame.lane);
        }
        let situation = Situation {
            lanes: &self.lanes,
            lane,
            context,
            running: &running,
            has_deferred: self.has_deferred,
        };
        let candidates = self.candidates(&situation, hold);
        if candidates.len() == 1 {
            return self.its_turn(lane); // no decision, and nothing is noted
        }
        let nth = self.decisions.len();
        let taken = match self.plan.choose(nth, &candidates, &situation) {
            Some(taken) => taken,
            None => {
                // The program has changed since the schedule was found, or it is not deterministic.
                // The run goes on in tokio's own order.
                self.obstacles.misfit = Some(nth);
                0
            }
        };
        let chosen = candidates[taken].lane;
        let moment = self.note_decision(arrival, context, candidates, taken);
        if chosen == lane {
            return self.its_turn(lane);
        }
        // A lane that does not exist yet has no number. It is recognised by the poll that makes it.
        self.waiting.hold = match (chosen, self.frames.last()) {
            (LATER, Some(frame)) => Hold::Later { inside: frame.begun, since: moment },
            _ => Hold::For(chosen),
        };
        self.defer(arrival)
    }

    /// Notes a decision, before it is known whether the chosen lane arrives: if it does not, this
    /// is the decision that was wrong. Returns its moment.
    fn note_decision(
        &mut self,
        arrival: Arrival<'_>,
        context: ArrivalContext,
        candidates: Vec<Candidate>,
        taken: usize,
    ) -> Moment {
        let digest = self.history.digest();
        let moment = self.history.tick();
        self.decisions.push(Decision {
            candidates,
            taken,
            lane: arrival.lane,
            moment,
            context,
            digest,
            at: arrival.at,
            came: None,
        });
        moment
    }

    /// The lanes that could be polled next, in the order in which choices are numbered. `hold` is
    /// what the lanes were waiting for until now.
    fn candidates(&self, situation: &Situation<'_>, hold: Hold) -> Vec<Candidate> {
        let lane = situation.lane;
        let mut candidates = candidates::of(situation);
        // It was decided before that a lane which did not exist yet comes first. So none of those
        // that did exist can be chosen now.
        if let Hold::Later { since, .. } = hold {
            candidates.retain(|candidate| {
                candidate.lane == lane
                    || candidate.lane == LATER
                    || self.lanes[candidate.lane].created > since
            });
        }
        if let Some(roles) = &self.canonical {
            roles.leave_out_absent(&mut candidates, situation);
            // A lane that may go on with another budget stays the first: without a scheduler it
            // would not have been interrupted.
            let first = usize::from(hold == Hold::MayGoOn(lane));
            put_in_canonical_order(&mut candidates[first..], &self.lanes);
        }
        candidates
    }

    /// In whose poll the lane arrives, and which others may come before it there. If the lane turns
    /// out to be a branch, that is noted.
    fn find_context(&mut self, arrival: Arrival<'_>) -> ArrivalContext {
        let lane = arrival.lane;
        let frame = match (arrival.poller, self.frames.last()) {
            (Poller::Lane(_), Some(frame)) => frame,
            _ => return ArrivalContext::AnyFirst { inside: None },
        };
        let inside = Some(frame.begun);
        let known = &self.lanes[lane];
        // The lane has been polled before, or is known to be one of several that are polled
        // together. So others may come before it.
        if known.readiness != Readiness::New || known.nesting.is_branch {
            return ArrivalContext::AnyFirst { inside };
        }
        // This poll has polled another lane for the first time, and that lane is still there. The
        // lane that arrives now was made before that: so the two are polled together, as by
        // `join!`.
        for number in &frame.first_polls {
            let other = &self.lanes[*number];
            if other.is_there() && known.created < other.last_own_poll {
                self.lanes[lane].nesting.is_branch = true;
                return ArrivalContext::AnyFirst { inside };
            }
        }
        ArrivalContext::OnlyNewFirst { inside: frame.begun }
    }

    /// The lane is polled now, and the deferred lanes need not wait for it any more.
    pub(super) fn its_turn(&mut self, lane: LaneId) -> Answer {
        // Since a lane last had its turn, there may have been several decisions: after one for a
        // lane that is made later, others follow until such a lane comes. All of them have led to
        // this lane. It is noted now, since it may not have existed when they were made.
        for decision in self.decisions.iter_mut().rev() {
            if decision.came.is_some() {
                break;
            }
            decision.came = Some(lane);
        }
        self.release();
        let known = &self.lanes[lane];
        // If it goes on with a new budget, that is the rest of the poll that was interrupted.
        let goes_on = known.is_interrupted && known.readiness != Readiness::Yielded;
        Answer::Poll(if goes_on { PollReason::RestOfAPoll } else { PollReason::OwnCode })
    }
}
