//! Which lanes could be polled next, and which of them could really have been.
//!
//! While a run goes on, not all is known: a lane that nothing has polled yet may be a task, a
//! branch of a `join!` that is just beginning, or a future that is never polled. So a decision
//! lists all of them, and what they were is judged when the run is over ([`alternatives`]). A
//! choice that is wrong all the same shows itself: the lane does not come, and the run is not
//! counted.
use super::scheduler::{Decision, Known, Moment};
use crate::timeline::{LaneId, Poller};
use std::{
    collections::HashMap,
    panic::Location,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Stands for lanes that do not exist yet: the lane that comes by waits, until the one around it
/// has made another one in the same poll. `for_each_concurrent` makes its lanes one by one and
/// polls each at once.
pub(super) const LATER: LaneId = LaneId::MAX;

/// What a lane that is made later is called.
pub(super) const LATER_NAME: &str = "a lane that is made later";

/// A lane that could be polled next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub lane: LaneId,
    /// It has come by before, so it is known what polls it.
    pub known: bool,
}

/// In whose poll a lane comes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Any ready lane may come first. If the lane is polled by another one, this is that poll.
    Anywhere { inside: Option<Moment> },
    /// The lane around it has just made it and polls it for the first time. Between the code of the
    /// one and that of the other there is no place at which anything else could run: if the lane is
    /// awaited, it is called as a function is. But it may be the first of several that are polled
    /// together, and then each of these may be the first.
    FirstOf { inside: Moment },
}

/// Whether a lane would make progress if it were polled.
pub(super) fn is_ready(known: &Known) -> bool {
    known.live && (known.woken || !known.started)
}

/// Whether `lane` polls `other`, perhaps through others.
pub(super) fn holds(lanes: &[Known], lane: LaneId, mut other: LaneId) -> bool {
    while let Some(Poller::Lane(outer)) = lanes[other].poller {
        if outer == lane {
            return true;
        }
        other = outer;
    }
    false
}

/// What could be polled instead of `lane`, which comes by; and itself, first. `running` are the
/// lanes in the midst of whose polls this happens; `deferred` says that lanes have been deferred in
/// this run, so that those that yield have to wait until nothing else is ready.
pub(super) fn of(
    lanes: &[Known],
    lane: LaneId,
    context: Context,
    running: &[LaneId],
    deferred: bool,
) -> Vec<Candidate> {
    let mut others: Vec<LaneId> = (0..lanes.len())
        .filter(|&other| other != lane && !running.contains(&other))
        .filter(|&other| is_ready(&lanes[other]) && !lanes[other].passed_over)
        .filter(|&other| match context {
            // Those that are new, and those that have been new in this poll and had to wait.
            Context::FirstOf { .. } => {
                let beside = lanes[other].branch && lanes[other].poller == lanes[lane].poller;
                lanes[other].first_came.is_none() || (beside && !lanes[other].started)
            }
            Context::Anywhere { .. } => {
                let rests = lanes[other].yielded && deferred;
                !rests && !a_lane_around_comes_first(lanes, other, running)
            }
        })
        .collect();
    // As long as they have been ready: the order in which tokio's queue has them.
    others.sort_by_key(|other| lanes[*other].ready);
    // The lane that comes by is the first: choice 0 is always what happens without us, and so a
    // schedule is short.
    let all = std::iter::once(lane).chain(others);
    let mut all: Vec<Candidate> =
        all.map(|lane| Candidate { lane, known: lanes[lane].first_came.is_some() }).collect();
    // A lane that does not exist yet can only be waited for in a poll that may still make it.
    let inside = !matches!(context, Context::Anywhere { inside: None });
    if inside && !lanes[lane].started {
        all.push(Candidate { lane: LATER, known: false });
    }
    all
}

/// A lane around `lane` is ready itself: its own code runs before it gets to `lane`.
fn a_lane_around_comes_first(lanes: &[Known], mut lane: LaneId, running: &[LaneId]) -> bool {
    while let Some(Poller::Lane(outer)) = lanes[lane].poller {
        if is_ready(&lanes[outer]) && !running.contains(&outer) {
            return true;
        }
        lane = outer;
    }
    false
}

/// What lanes of one name that were made at one place turned out to be, in all runs so far.
///
/// A lane that nothing has polled yet looks the same whether it is a task or a branch. What others
/// of its kind have been is the best guess; a wrong one costs a run that is not counted.
#[derive(Debug, Default)]
pub(super) struct Roles(Mutex<HashMap<(Location<'static>, String), Role>>);

#[derive(Clone, Copy, Debug, Default)]
struct Role {
    /// The runtime polls it: it is a task.
    task: bool,
    /// A lane polls it.
    inside: bool,
    /// It was chosen before anything had polled it, and did not come.
    vain: bool,
    /// While it waited after its first poll, another lane was made and polled beside it.
    grows: bool,
}

impl Roles {
    fn lock(&self) -> MutexGuard<'_, HashMap<(Location<'static>, String), Role>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns from a run. `vain` is the lane that did not come.
    pub fn learn(&self, lanes: &[Known], vain: Option<LaneId>) {
        let mut roles = self.lock();
        for (number, known) in lanes.iter().enumerate() {
            let role = roles.entry(key(known)).or_default();
            role.grows |= !known.made_beside.is_empty();
            // What polls it first says what it is. One that never came was chosen in vain, or just
            // not polled.
            match known.first_came {
                Some((Poller::Lane(_), _)) => role.inside = true,
                Some(_) => role.task = true,
                None => role.vain |= vain == Some(number),
            }
        }
    }

    /// The same, learning apart from here on.
    pub fn snapshot(&self) -> Roles {
        Roles(Mutex::new(self.lock().clone()))
    }

    /// Whether a lane that nothing has polled yet may be a task that waits for its first poll.
    pub fn may_be_a_task(&self, known: &Known) -> bool {
        match self.lock().get(&key(known)) {
            Some(role) => role.task || !(role.inside || role.vain),
            None => true,
        }
    }

    /// Whether a candidate may come instead of `lane`, as far as that is known before it does.
    pub fn may_come(
        &self,
        candidate: Candidate,
        lane: LaneId,
        context: Context,
        lanes: &[Known],
    ) -> bool {
        if candidate.known {
            return true;
        }
        if candidate.lane == LATER {
            return self.lock().get(&key(&lanes[lane])).is_some_and(|role| role.grows);
        }
        let Some(role) = self.lock().get(&key(&lanes[candidate.lane])).copied() else {
            return true;
        };
        let unknown = !role.task && !role.inside && !role.vain;
        match context {
            Context::Anywhere { inside: None } => role.task || unknown,
            Context::Anywhere { inside: Some(_) } => role.task || role.inside || unknown,
            Context::FirstOf { .. } => role.inside || unknown,
        }
    }
}

fn key(known: &Known) -> (Location<'static>, String) {
    (*known.made_at, known.name.clone())
}

/// The candidates of a decision that could really have come first, as their positions. The first
/// one comes without us, so it is not among them.
pub(super) fn alternatives(decision: &Decision, lanes: &[Known], roles: &Roles) -> Vec<usize> {
    let mut possible = vec![];
    for (position, candidate) in decision.candidates.iter().enumerate().skip(1) {
        if could_come(*candidate, decision, lanes, roles) {
            possible.push(position);
        }
    }
    possible
}

fn could_come(candidate: Candidate, decision: &Decision, lanes: &[Known], roles: &Roles) -> bool {
    if candidate.known {
        return true;
    }
    let context = decision.context;
    let inside = match context {
        Context::Anywhere { inside } => inside,
        Context::FirstOf { inside } => Some(inside),
    };
    if candidate.lane == LATER {
        let made_beside = &lanes[decision.lane].made_beside;
        return made_beside
            .iter()
            .any(|(poll, made)| Some(*poll) == inside && *made > decision.moment);
    }
    let lane = &lanes[candidate.lane];
    match lane.first_came {
        // A branch comes in the poll that polls its siblings, and in no other.
        Some((Poller::Lane(_), moment)) => inside == Some(moment),
        Some(_) => matches!(context, Context::Anywhere { .. }),
        None => matches!(context, Context::Anywhere { .. }) && roles.may_be_a_task(lane),
    }
}
