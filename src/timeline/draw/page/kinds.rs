//! Of which kind a place is at which a lane waits.
use crate::timeline::{Places, Wait};

/// The places at which a lane waits for something that is neither a timer nor a lane that it polls.
pub(super) fn beside_lanes(places: &Places) -> Vec<&Wait> {
    let mut others = vec![];
    for wait in places.waits() {
        let is_set = is_set_of_futures(wait) || is_local_set(wait);
        if wait.lane.is_none() && !is_timer(wait) && !is_set {
            others.push(wait);
        }
    }
    others
}

/// Whether two waits are at one place for the same.
pub(super) fn is_the_same(one: &Wait, other: &Wait) -> bool {
    one.on == other.on && one.place == other.place && one.chain == other.chain
}

/// Whether a place is one at which a timer is waited for. That of our own event loop is known by
/// its name alone, and so is each one in a file of an older version.
pub(super) fn is_timer(wait: &Wait) -> bool {
    wait.timer || matches!(wait.on.as_deref(), Some("sleep" | "timeout" | "Interval::tick"))
}

/// Whether a place is one at which a set of futures is waited for. It gives each of them a waker of
/// its own, and so the lane does not register for them.
pub(super) fn is_set_of_futures(wait: &Wait) -> bool {
    match &wait.on {
        Some(on) => on.starts_with("Futures"),
        None => false,
    }
}

/// Whether the lane runs a `LocalSet` there: it is woken to poll the tasks of the set, and does not
/// wait for these.
pub(super) fn is_local_set(wait: &Wait) -> bool {
    wait.on.as_deref() == Some("RunUntil")
}

/// Whether the end of a task is waited for.
pub(super) fn is_join(wait: &Wait) -> bool {
    wait.on.as_deref() == Some("JoinHandle") || is_join_set(wait)
}

/// Whether it is the end of any task of a set. The set registers one waker for all of them.
pub(super) fn is_join_set(wait: &Wait) -> bool {
    wait.on.as_deref() == Some("JoinSet::join_next")
}
