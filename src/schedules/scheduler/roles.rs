//! What is known of a lane before anything has polled it: what others of its kind have been.
use super::{
    candidates::{ArrivalContext, Candidate, LATER, Situation},
    known::KnownLane,
};
use crate::timeline::{LaneId, Poller};
use std::{
    collections::HashMap,
    panic::Location,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What lanes of one name that were made at one place turned out to be, in all runs so far.
///
/// A lane that nothing has polled yet looks the same whether it is a task or a branch. The best
/// guess is that it is what others of its kind have been. A wrong guess costs a run that is not
/// counted.
#[derive(Debug, Default)]
pub(crate) struct Roles(Mutex<HashMap<(Location<'static>, String), Role>>);

/// What the lanes of a kind turned out to be. They need not all be the same.
#[derive(Clone, Copy, Debug, Default)]
struct Role {
    /// The runtime polled one: it is a task.
    task: bool,
    /// A lane polled one.
    inside: bool,
    /// One was chosen before anything had polled it, and did not arrive.
    absent: bool,
    /// One had [followers](super::known::Nesting::followers).
    has_followers: bool,
}

impl Role {
    /// Whether nothing was learnt of what polls such a lane.
    fn is_unknown(self) -> bool {
        !self.task && !self.inside && !self.absent
    }
}

impl Roles {
    /// A panic while it was locked leaves it readable.
    fn lock(&self) -> MutexGuard<'_, HashMap<(Location<'static>, String), Role>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns from a run. `absent` is the lane that was chosen and did not arrive.
    pub fn learn(&self, lanes: &[KnownLane], absent: Option<LaneId>) {
        let mut roles = self.lock();
        for (number, known) in lanes.iter().enumerate() {
            let role = roles.entry(key(known)).or_default();
            role.has_followers |= !known.nesting.followers.is_empty();
            // What polls it first says what it is.
            match known.nesting.first_arrival {
                Some((Poller::Lane(_), _)) => role.inside = true,
                Some(_) => role.task = true,
                None => role.absent |= absent == Some(number),
            }
        }
    }

    /// What was learnt until now. It learns nothing from later runs.
    pub fn snapshot(&self) -> Roles {
        Roles(Mutex::new(self.lock().clone()))
    }

    /// Whether a lane that nothing has polled yet may be a task that waits for its first poll.
    pub fn may_be_a_task(&self, known: &KnownLane) -> bool {
        match self.lock().get(&key(known)) {
            Some(role) => role.task || role.is_unknown(),
            None => true,
        }
    }

    /// Leaves out the candidates that are known not to come. The lane that has arrived stays.
    pub fn leave_out_absent(&self, candidates: &mut Vec<Candidate>, situation: &Situation<'_>) {
        candidates.retain(|candidate| {
            candidate.lane == situation.lane || self.may_come(*candidate, situation)
        });
    }

    /// Whether a candidate may come instead of the lane that has arrived, as far as that is known
    /// while the run goes on.
    pub fn may_come(&self, candidate: Candidate, situation: &Situation<'_>) -> bool {
        let Situation { lanes, lane, context, .. } = *situation;
        if candidate.has_arrived {
            return true;
        }
        let roles = self.lock();
        if candidate.lane == LATER {
            return match roles.get(&key(&lanes[lane])) {
                Some(role) => role.has_followers,
                None => false,
            };
        }
        let Some(role) = roles.get(&key(&lanes[candidate.lane])) else { return true };
        match context {
            // The runtime is about to poll a task: any other task may be polled instead.
            ArrivalContext::AnyFirst { inside: None } => role.task || role.is_unknown(),
            // A lane is polling those inside it. It may poll another one of them, or end its poll,
            // so that the runtime polls a task.
            ArrivalContext::AnyFirst { inside: Some(_) } => {
                role.task || role.inside || role.is_unknown()
            }
            // Nothing comes between the lane around and the new ones inside it.
            ArrivalContext::OnlyNewFirst { .. } => role.inside || role.is_unknown(),
        }
    }
}

/// Lanes of one name that are made at one place are of a kind.
fn key(known: &KnownLane) -> (Location<'static>, String) {
    (*known.made_at, known.name.clone())
}

/// Sorts candidates in an order that is the same in each run, for a program in which the order of
/// wakes is random.
pub(super) fn put_in_canonical_order(candidates: &mut [Candidate], lanes: &[KnownLane]) {
    candidates.sort_by_key(|candidate| match lanes.get(candidate.lane) {
        Some(known) => (known.place.batch, candidate.lane),
        None => (u64::MAX, candidate.lane), // a lane that does not exist yet comes last
    });
}
