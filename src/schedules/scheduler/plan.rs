//! How the decisions of a run are made.
//!
//! There are two ways only: along a list of choices, which can be written down and run again, or by
//! chance. What was found by chance is written down as a list, too, from the decisions that were
//! made.
use super::{
    candidates::{Candidate, Situation},
    roles::Roles,
};
use std::sync::Arc;

/// What one run does at each of its decisions.
pub(crate) enum Plan {
    /// These choices, and then always the lane that tokio would poll.
    Follow(Vec<u16>),
    /// Any candidate, each with the same probability.
    Walk {
        /// Its seed says which candidates are chosen, so that a walk can be repeated.
        rng: fastrand::Rng,
        /// What the candidates may be: what is known not to arrive is not chosen.
        roles: Arc<Roles>,
    },
}

impl Plan {
    /// Tokio's own schedule.
    pub fn without_departures() -> Plan {
        Plan::Follow(vec![])
    }

    /// Which of `candidates` is polled next, as its position, at the decision with the number
    /// `nth`. None if the plan asks for a candidate that does not exist.
    pub fn choose(
        &mut self,
        nth: usize,
        candidates: &[Candidate],
        situation: &Situation<'_>,
    ) -> Option<usize> {
        match self {
            Plan::Follow(choices) => {
                // After the last choice in the list, each choice is tokio's own.
                let taken = match choices.get(nth) {
                    Some(choice) => usize::from(*choice),
                    None => 0,
                };
                if taken < candidates.len() { Some(taken) } else { None }
            }
            Plan::Walk { rng, roles } => {
                // The first candidate is always possible.
                let mut possible = vec![0];
                for (position, candidate) in candidates.iter().enumerate().skip(1) {
                    if roles.may_come(*candidate, situation) {
                        possible.push(position);
                    }
                }
                Some(possible[rng.usize(..possible.len())])
            }
        }
    }
}
