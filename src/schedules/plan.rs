//! How the decisions of a run are made.
//!
//! A run is decided in two ways only: along a list of choices, which can be written down and run
//! again, or by chance. What was found by chance is written down as a list, too, from the decisions
//! that were made.
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
        // The first candidate is what tokio would do; a plan that is at its end departs no more.
        match self {
            Plan::Follow(choices) => {
                let taken = usize::from(choices.get(nth).copied().unwrap_or(0));
                (taken < order.len()).then_some(taken)
            }
            Plan::Walk { rng, roles } => {
                // Those of which it is known that they do not come would only be tried in vain.
                // The first is always possible: it is the lane that has come by.
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
