//! Which candidates of a decision could really have come first: known when the run is over.
use super::{
    candidates::{ArrivalContext, Candidate, LATER},
    decision::Decision,
    known::KnownLane,
    roles::Roles,
};
use crate::timeline::Poller;

/// The candidates of a decision that could really have come first, as their positions. The first
/// candidate is not among them: it is the choice of tokio's own schedule, and no alternative to it.
pub(crate) fn alternatives(decision: &Decision, lanes: &[KnownLane], roles: &Roles) -> Vec<usize> {
    let mut possible = vec![];
    for (position, candidate) in decision.candidates.iter().enumerate().skip(1) {
        if could_come(*candidate, decision, lanes, roles) {
            possible.push(position);
        }
    }
    possible
}

/// Whether a candidate could have come first, by all that the whole run has shown.
fn could_come(
    candidate: Candidate,
    decision: &Decision,
    lanes: &[KnownLane],
    roles: &Roles,
) -> bool {
    if candidate.has_arrived {
        return true;
    }
    let context = decision.context;
    if candidate.lane == LATER {
        // Such a lane came if one was made after the decision, and arrived in the poll in which the
        // decision was made.
        for follower in &lanes[decision.lane].nesting.followers {
            if Some(follower.poll) == context.inside() && follower.made > decision.moment {
                return true;
            }
        }
        return false;
    }
    let lane = &lanes[candidate.lane];
    let any_first = matches!(context, ArrivalContext::AnyFirst { .. });
    match lane.nesting.first_arrival {
        // A branch arrives for the first time in the poll that polls its siblings, and in no other.
        Some((Poller::Lane(_), moment)) => context.inside() == Some(moment),
        // A task comes where any ready lane may come.
        Some(_) => any_first,
        // Nothing polled it in this run. Whether it may be a task depends on others of its kind.
        None => any_first && roles.may_be_a_task(lane),
    }
}
