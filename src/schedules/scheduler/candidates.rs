//! Which lanes could be polled next, as far as that is known while the run goes on.
//!
//! Not all is known then: a lane that nothing has polled yet may be a task, a branch of a `join!`
//! that is just beginning, or a future that is never polled. So a decision lists all of them. What
//! they were is judged when the run is over, in `alternatives`. A choice that is wrong all the same
//! shows itself: the lane does not arrive, and the run is not counted.
use super::{
    history::Moment,
    known::{KnownLane, Readiness},
};
use crate::timeline::{LaneId, Poller};

/// Stands for a lane that does not exist yet. If it is chosen, the lane that has arrived waits
/// until the lane around it makes another lane in the same poll. `for_each_concurrent` makes its
/// lanes one by one and polls each at once.
pub(crate) const LATER: LaneId = LaneId::MAX;

/// What a lane that is made later is called.
pub(crate) const LATER_NAME: &str = "a lane that is made later";

/// A lane that could be polled next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Its number, or [`LATER`].
    pub lane: LaneId,
    /// It has arrived already, so it is known what polls it.
    pub has_arrived: bool,
}

/// In whose poll a lane arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArrivalContext {
    /// Any ready lane may come first. If the lane is polled by another one, `inside` is the
    /// beginning of that poll.
    AnyFirst { inside: Option<Moment> },
    /// The lane that arrives is new, and only other new lanes may come first. The lane around it,
    /// whose poll began at `inside`, polls the new lane for the first time. If the lane around only
    /// awaits the new lane, that is like the call of a function: nothing else can run between the
    /// code of the two. But the new lane may be the first of several new lanes that are polled
    /// together. Then each of these may come first.
    OnlyNewFirst { inside: Moment },
}

impl ArrivalContext {
    /// The beginning of the poll in which the lane arrives, if another lane polls it.
    pub fn inside(self) -> Option<Moment> {
        match self {
            ArrivalContext::AnyFirst { inside } => inside,
            ArrivalContext::OnlyNewFirst { inside } => Some(inside),
        }
    }
}

/// All that a decision depends on. It is due because a lane has arrived.
pub(crate) struct Situation<'a> {
    /// What is known of each lane.
    pub lanes: &'a [KnownLane],
    /// The lane that has arrived.
    pub lane: LaneId,
    /// In whose poll it has arrived.
    pub context: ArrivalContext,
    /// The lanes in the midst of whose polls this happens. They have begun, so they cannot come
    /// first.
    pub running: &'a [LaneId],
    /// Lanes were deferred in this run: then those that have yielded wait until no other is ready.
    pub has_deferred: bool,
}

/// Whether `outer` polls `inner`, perhaps through lanes between the two.
pub(crate) fn is_around(lanes: &[KnownLane], outer: LaneId, inner: LaneId) -> bool {
    let mut lane = inner;
    while let Some(Poller::Lane(around)) = lanes[lane].nesting.poller {
        if around == outer {
            return true;
        }
        lane = around;
    }
    false
}

/// The lane that has arrived, and then all that could be polled instead.
///
/// The lane that has arrived is the first candidate, so choice 0 is what happens without a
/// scheduler. That keeps schedules short: a schedule ends with its last choice that is not 0. The
/// others come in the order in which tokio's queue has them. If the order of wakes is random, the
/// caller sorts the candidates anew, and only a lane that may go on with another budget stays the
/// first: see [`put_in_canonical_order`](super::roles::put_in_canonical_order).
pub(crate) fn of(situation: &Situation<'_>) -> Vec<Candidate> {
    let Situation { lanes, lane, context, .. } = *situation;
    let mut others = vec![];
    for other in 0..lanes.len() {
        if other != lane && may_come_first(situation, other) {
            others.push(other);
        }
    }
    others.sort_by_key(|other| lanes[*other].place.since);
    let mut all = vec![];
    for candidate in std::iter::once(lane).chain(others) {
        let has_arrived = lanes[candidate].nesting.first_arrival.is_some();
        all.push(Candidate { lane: candidate, has_arrived });
    }
    // A lane that does not exist yet can only be waited for in a poll that may still make it: that
    // of a lane around which makes lanes one by one, and polls each for the first time at once. A
    // lane that was polled before does not wait for lanes that this poll may make after it.
    let is_inside = context.inside().is_some();
    if is_inside && lanes[lane].readiness == Readiness::New {
        all.push(Candidate { lane: LATER, has_arrived: false });
    }
    all
}

/// Whether `other` could be polled before the lane that has arrived, as far as that is known.
fn may_come_first(situation: &Situation<'_>, other: LaneId) -> bool {
    let Situation { lanes, lane, running, .. } = *situation;
    let known = &lanes[other];
    if running.contains(&other) || !known.is_ready() || known.nesting.is_passed_over {
        return false;
    }
    match situation.context {
        // Only a new lane comes first: one that has not arrived yet, or a branch beside this lane
        // that has arrived and was deferred.
        ArrivalContext::OnlyNewFirst { .. } => {
            let nesting = &known.nesting;
            let is_beside = nesting.is_branch && nesting.poller == lanes[lane].nesting.poller;
            let was_deferred = is_beside && known.readiness == Readiness::New;
            nesting.first_arrival.is_none() || was_deferred
        }
        ArrivalContext::AnyFirst { .. } => {
            let rests = known.readiness == Readiness::Yielded && situation.has_deferred;
            !rests && !a_lane_around_comes_first(lanes, other, running)
        }
    }
}

/// Whether a lane around `lane` is ready itself: its own code runs before it gets to `lane`.
fn a_lane_around_comes_first(lanes: &[KnownLane], mut lane: LaneId, running: &[LaneId]) -> bool {
    while let Some(Poller::Lane(outer)) = lanes[lane].nesting.poller {
        if lanes[outer].is_ready() && !running.contains(&outer) {
            return true;
        }
        lane = outer;
    }
    false
}
