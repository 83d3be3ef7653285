//! How the decisions of a run are made.
use super::{
    candidates::{Candidate, Context, Roles},
    scheduler::Known,
};
use crate::timeline::LaneId;
use std::sync::Arc;

/// What one run does at each of its decisions.
pub(super) enum Plan {
    /// These choices, and then always the lane that comes without us.
    Follow(Vec<u16>),
    /// Any, each with the same probability.
    Walk { rng: fastrand::Rng, roles: Arc<Roles> },
}

impl Plan {
    /// Which candidate comes instead of `lane`, or that it comes itself; none if the plan asks for
    /// one that there is not.
    pub fn choose(
        &mut self,
        nth: usize,
        lane: LaneId,
        order: &[Candidate],
        context: Context,
        lanes: &[Known],
    ) -> Option<usize> {
        match self {
            Plan::Follow(choices) => {
                let taken = usize::from(choices.get(nth).copied().unwrap_or(0));
                (taken < order.len()).then_some(taken)
            }
            Plan::Walk { rng, roles } => {
                // Those of which it is known that they do not come would only be tried in vain.
                let mut possible = vec![0];
                for (position, candidate) in order.iter().enumerate().skip(1) {
                    if roles.may_come(*candidate, lane, context, lanes) {
                        possible.push(position);
                    }
                }
                Some(possible[rng.usize(..possible.len())])
            }
        }
    }
}
