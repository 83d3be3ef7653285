//! Several lanes are ready: one of them is chosen.
use super::{Answer, Arrival, State};
use crate::{
    schedules::scheduler::{
        candidates::{self, ArrivalContext, Candidate, LATER, Situation},
        decision::Decision,
        roles::put_in_canonical_order,
        waiting::Hold,
    },
    timeline::{LaneId, Poller},
};

impl State {
    /// A ready lane has arrived and need not wait: which lane is polled next?
    pub(super) fn decide(&mut self, arrival: Arrival<'_>) -> Answer {
        let lane = arrival.lane;
        // If another lane than this one is chosen, those that have waited have to arrive again.
        let hold = self.waiting.hold;
        self.release();
        let context = self.context(arrival);
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
        let order = self.candidates(&situation, hold);
        if order.len() == 1 {
            return self.its_turn(lane); // no decision, and nothing is noted
        }
        let nth = self.decisions.len();
        let taken = match self.plan.choose(nth, &order, &situation) {
            Some(taken) => taken,
            None => {
                // The program is not the one that the schedule was found in. It goes on in tokio's
                // own order.
                self.ends.misfit = Some(nth);
                0
            }
        };
        let chosen = order[taken].lane;
        let digest = self.history.digest();
        let moment = self.history.tick();
        // Noted before it is known whether the chosen lane arrives. If it does not, this is the
        // decision that was wrong.
        self.decisions.push(Decision {
            candidates: order,
            taken,
            lane,
            moment,
            context,
            digest,
            at: arrival.at,
            came: None,
        });
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

    /// The lanes that could be polled next, in the order in which choices are numbered. `hold` is
    /// what the lanes were waiting for until now.
    fn candidates(&self, situation: &Situation<'_>, hold: Hold) -> Vec<Candidate> {
        let lane = situation.lane;
        let mut order = candidates::of(situation);
        // If a lane that did not exist yet was to come first, those that did exist do not.
        if let Hold::Later { since, .. } = hold {
            order.retain(|candidate| {
                let stays = [lane, LATER].contains(&candidate.lane);
                stays || self.lanes[candidate.lane].created > since
            });
        }
        if let Some(roles) = &self.canonical {
            let goes_on = hold == Hold::MayGoOn(lane);
            put_in_canonical_order(&mut order, goes_on, roles, situation);
        }
        order
    }

    /// In whose poll the lane arrives, and whether others may come before it there.
    fn context(&mut self, arrival: Arrival<'_>) -> ArrivalContext {
        let lane = arrival.lane;
        let frame = match (arrival.poller, self.frames.last()) {
            (Poller::Lane(_), Some(frame)) => frame,
            _ => return ArrivalContext::Anywhere { inside: None },
        };
        let inside = Some(frame.begun);
        let known = &self.lanes[lane];
        // It has been polled, or stood beside others before: so others may come before it again.
        if known.started || known.branch {
            return ArrivalContext::Anywhere { inside };
        }
        // This poll has polled another lane for the first time, which is still there, and this one
        // existed already: so the two are polled together, as by `join!`.
        for other in &frame.started {
            let other = &self.lanes[*other];
            if other.live && known.created < other.polled {
                self.lanes[lane].branch = true;
                return ArrivalContext::Anywhere { inside };
            }
        }
        ArrivalContext::FirstOf { inside: frame.begun }
    }

    /// The lane is polled now, and the deferred lanes need not wait for it any more.
    pub(super) fn its_turn(&mut self, lane: LaneId) -> Answer {
        // A lane that was to be made later may need several decisions: all of them chose this one.
        for decision in self.decisions.iter_mut().rev() {
            if decision.came.is_some() {
                break;
            }
            decision.came = Some(lane);
        }
        self.release();
        // If it goes on with a new budget, that is still the poll that it was.
        let goes_on = self.lanes[lane].exhausted && !self.lanes[lane].yielded;
        Answer::Poll { own_turn: true, quiet: goes_on }
    }
}
