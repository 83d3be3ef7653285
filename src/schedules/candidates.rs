//! Which lanes could be polled next, and which of them could really have been.
//!
//! While a run goes on, not all is known: a lane that nothing has polled yet may be a task, a
//! branch of a `join!` that is just beginning, or a future that is never polled. So a decision
//! lists all of them ([`of`]), and what they were is judged when the run is over
//! ([`alternatives`]). A choice that is wrong all the same shows itself: the lane does not arrive,
//! and the run is not counted.
use super::scheduler::{Decision, KnownLane, Moment};
use crate::timeline::{LaneId, Poller};
use std::{
    collections::HashMap,
    panic::Location,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Stands for lanes that do not exist yet: the lane that arrives waits, until the one around it has
/// made another one in the same poll. `for_each_concurrent` makes its lanes one by one and polls
/// each at once.
pub(super) const LATER: LaneId = LaneId::MAX;

/// What a lane that is made later is called.
pub(super) const LATER_NAME: &str = "a lane that is made later";

/// A lane that could be polled next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub lane: LaneId,
    /// It has arrived before, so it is known what polls it.
    pub known: bool,
}

/// In whose poll a lane arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Any ready lane may come first. If the lane is polled by another one, `inside` is the
    /// beginning of that poll.
    Anywhere { inside: Option<Moment> },
    /// The lane around it has just made it and polls it for the first time. Between the code of the
    /// one and the code of the other there is no place at which anything else could run: if the
    /// lane is awaited, it is called as a function is. But it may be the first of several that are
    /// polled together, and then each of these may be the first.
    FirstOf { inside: Moment },
}

impl Context {
    /// The beginning of the poll in which the lane arrives, if another lane polls it.
    fn inside(self) -> Option<Moment> {
        match self {
            Context::Anywhere { inside } => inside,
            Context::FirstOf { inside } => Some(inside),
        }
    }
}

/// A lane has arrived, and a decision is due: all on which that decision depends.
pub(super) struct Situation<'a> {
    /// What is known of each lane.
    pub lanes: &'a [KnownLane],
    /// The lane that has arrived.
    pub lane: LaneId,
    /// In whose poll it has arrived.
    pub context: Context,
    /// The lanes in the midst of whose polls this happens. They have begun, so they cannot come
    /// first.
    pub running: &'a [LaneId],
    /// Lanes were deferred in this run: then those that have yielded wait until no other is ready.
    pub has_deferred: bool,
}

/// Whether `lane` polls `other`, perhaps through others.
pub(super) fn holds(lanes: &[KnownLane], lane: LaneId, mut other: LaneId) -> bool {
    while let Some(Poller::Lane(outer)) = lanes[other].poller {
        if outer == lane {
            return true;
        }
        other = outer;
    }
    false
}

/// The lane that has arrived, and then all that could be polled instead.
///
/// It is the first, so that choice 0 is always what happens without a scheduler, and a schedule is
/// short. The others come in the order in which tokio's queue has them.
pub(super) fn of(situation: &Situation<'_>) -> Vec<Candidate> {
    let Situation { lanes, lane, context, .. } = *situation;
    let mut others = vec![];
    for other in 0..lanes.len() {
        if other != lane && may_come_first(situation, other) {
            others.push(other);
        }
    }
    others.sort_by_key(|other| lanes[*other].ready);
    let mut all = vec![];
    for lane in std::iter::once(lane).chain(others) {
        all.push(Candidate { lane, known: lanes[lane].first_arrival.is_some() });
    }
    // A lane that does not exist yet can only be waited for in a poll that may still make it.
    if context.inside().is_some() && !lanes[lane].started {
        all.push(Candidate { lane: LATER, known: false });
    }
    all
}

/// Whether `other` could be polled before the lane that has arrived, as far as that is known.
fn may_come_first(situation: &Situation<'_>, other: LaneId) -> bool {
    let Situation { lanes, lane, running, .. } = *situation;
    let known = &lanes[other];
    if running.contains(&other) || !known.is_ready() || known.passed_over {
        return false;
    }
    match situation.context {
        // Those that are new, and those that have been new in this poll and had to wait.
        Context::FirstOf { .. } => {
            let beside = known.branch && known.poller == lanes[lane].poller;
            known.first_arrival.is_none() || (beside && !known.started)
        }
        Context::Anywhere { .. } => {
            let rests = known.yielded && situation.has_deferred;
            !rests && !a_lane_around_comes_first(lanes, other, running)
        }
    }
}

/// Whether a lane around `lane` is ready itself: its own code runs before it gets to `lane`.
fn a_lane_around_comes_first(lanes: &[KnownLane], mut lane: LaneId, running: &[LaneId]) -> bool {
    while let Some(Poller::Lane(outer)) = lanes[lane].poller {
        if lanes[outer].is_ready() && !running.contains(&outer) {
            return true;
        }
        lane = outer;
    }
    false
}

/// Where the order of wakes is drawn by lot: leaves out what is known not to arrive, and sorts the
/// rest so that it does not depend on the lot. With `first_stays`, the lane that has arrived stays
/// the first.
pub(super) fn put_in_canonical_order(
    order: &mut Vec<Candidate>,
    first_stays: bool,
    roles: &Roles,
    situation: &Situation<'_>,
) {
    let Situation { lanes, lane, .. } = *situation;
    order.retain(|candidate| candidate.lane == lane || roles.may_come(*candidate, situation));
    let others = if first_stays { &mut order[1..] } else { &mut order[..] };
    others.sort_by_key(|candidate| match lanes.get(candidate.lane) {
        Some(known) => (known.batch, candidate.lane),
        None => (u64::MAX, candidate.lane), // a lane that does not exist yet comes last
    });
}

/// What lanes of one name that were made at one place turned out to be, in all runs so far.
///
/// A lane that nothing has polled yet looks the same whether it is a task or a branch. The best
/// guess is that it is what others of its kind have been. A wrong guess costs a run that is not
/// counted.
#[derive(Debug, Default)]
pub(super) struct Roles(Mutex<HashMap<(Location<'static>, String), Role>>);

#[derive(Clone, Copy, Debug, Default)]
struct Role {
    /// The runtime polls it: it is a task.
    task: bool,
    /// A lane polls it.
    inside: bool,
    /// It was chosen before anything had polled it, and did not arrive.
    absent: bool,
    /// While it waited after its first poll, another lane was made and polled beside it.
    grows: bool,
}

impl Role {
    /// Whether nothing was learnt of it.
    fn is_unknown(self) -> bool {
        !self.task && !self.inside && !self.absent
    }
}

impl Roles {
    fn lock(&self) -> MutexGuard<'_, HashMap<(Location<'static>, String), Role>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns from a run. `absent` is the lane that was chosen and did not arrive.
    pub fn learn(&self, lanes: &[KnownLane], absent: Option<LaneId>) {
        let mut roles = self.lock();
        for (number, known) in lanes.iter().enumerate() {
            let role = roles.entry(key(known)).or_default();
            role.grows |= !known.made_beside.is_empty();
            // What polls it first says what it is.
            match known.first_arrival {
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

    /// Whether a candidate may come instead of the lane that has arrived, as far as that is known
    /// while the run goes on.
    pub fn may_come(&self, candidate: Candidate, situation: &Situation<'_>) -> bool {
        let Situation { lanes, lane, context, .. } = *situation;
        if candidate.known {
            return true;
        }
        let roles = self.lock();
        if candidate.lane == LATER {
            return match roles.get(&key(&lanes[lane])) {
                Some(role) => role.grows,
                None => false,
            };
        }
        let Some(role) = roles.get(&key(&lanes[candidate.lane])) else { return true };
        match context {
            Context::Anywhere { inside: None } => role.task || role.is_unknown(),
            Context::Anywhere { inside: Some(_) } => role.task || role.inside || role.is_unknown(),
            Context::FirstOf { .. } => role.inside || role.is_unknown(),
        }
    }
}

/// Lanes of one name that are made at one place are of a kind.
fn key(known: &KnownLane) -> (Location<'static>, String) {
    (*known.made_at, known.name.clone())
}

/// The candidates of a decision that could really have come first, as their positions. The first
/// one comes without a scheduler, so it is not among them.
pub(super) fn alternatives(decision: &Decision, lanes: &[KnownLane], roles: &Roles) -> Vec<usize> {
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
    if candidate.known {
        return true;
    }
    let context = decision.context;
    if candidate.lane == LATER {
        for (poll, made) in &lanes[decision.lane].made_beside {
            if Some(*poll) == context.inside() && *made > decision.moment {
                return true;
            }
        }
        return false;
    }
    let lane = &lanes[candidate.lane];
    let anywhere = matches!(context, Context::Anywhere { .. });
    match lane.first_arrival {
        // A branch arrives in the poll that polls its siblings, and in no other.
        Some((Poller::Lane(_), moment)) => context.inside() == Some(moment),
        Some(_) => anywhere,
        None => anywhere && roles.may_be_a_task(lane),
    }
}
