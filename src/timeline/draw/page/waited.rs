//! For which lanes a lane waits, as far as that was seen.
//!
//! A chart has where a lane waits, and what woke it. Neither alone says for which lane it waits: a
//! lane that sends a message wakes the receiver, and another one might have sent it. So a lane is
//! said to wait for another one only where the two together prove it:
//!
//! | it waits | and what proves for which lanes |
//! |---|---|
//! | for lanes that it polls there | the place names them |
//! | in a set of futures | it polls them, and they have not ended |
//! | for the end of tasks, by a `JoinHandle` or a `JoinSet` | their ends wake it there |
//! | for a `Mutex` | the lane that wakes it there has given the lock back |
//! | for tasks of an event loop | the loop has told which of them it awaits |
//!
//! A lane that has given way waits for its next turn. Of any other wait only the wake is told, in
//! words. The same holds if the lane may have gone on from these places, for which its sentence
//! says that it is not seen for what the lane waits. An event loop polls its tasks. The lane that
//! runs the loop waits for one of them, or for those that the coroutine of that one awaits.
use super::{now::Now, reader::Reader};
use crate::timeline::{
    End, LaneId, LoopAwait, Places, Position, Registered, Row, Until, Wait, Woken,
    draw::pieces::{Piece, is_passed_on},
};

/// For what a lane waits that has given way: the runtime does not put it into its queue at once.
const ITS_NEXT_TURN: &str = "its next turn (the runtime wakes it)";

/// A whole wait: the chart may have cut it into several spans.
pub(super) struct WholeWait<'c> {
    /// What ended it.
    pub until: Until,
    /// Where it ended.
    pub to: Position,
    /// Where the lane waits, and for what.
    pub places: &'c Places,
}

/// What is known of a wait.
#[derive(Default)]
pub(super) struct WaitsFor {
    /// It is proved that the lane waits for these.
    pub lanes: Vec<LaneId>,
    /// What else is known of the wait.
    pub words: Option<String>,
}

/// The tasks whose ends a lane awaits.
struct Joined {
    /// Those that have woken it at their ends, or will.
    lanes: Vec<LaneId>,
    /// How many others there are. What there is in a `JoinSet` is not known, and not counted.
    unseen: usize,
}

impl<'c> Reader<'c> {
    /// What is known of a wait of a lane, where a piece ends.
    pub(super) fn waits_for(&self, lane: LaneId, wait: &WholeWait<'c>, piece: &Piece) -> WaitsFor {
        let mut known = WaitsFor { lanes: self.polls_there(lane, wait.places, piece), words: None };
        if let Some(mut of_its_loop) = self.waits_for_tasks(lane, piece) {
            of_its_loop.lanes.extend(known.lanes);
            of_its_loop.lanes.sort_unstable();
            of_its_loop.lanes.dedup();
            return of_its_loop;
        }
        if wait.until == Until::Yield && !runs_a_loop(wait.places) {
            known.words = Some(ITS_NEXT_TURN.into());
            return known;
        }
        let there: Vec<&Wait> = wait.places.waits().iter().collect();
        if self.may_have_gone_on(wait.places, &there) {
            known = WaitsFor::default(); // the lane may wait for something else by now
        }
        let others = beside_lanes(wait.places);
        let is_a_loop = wait.places.waits().iter().any(|wait| wait.of_a_loop);
        if others.is_empty() && !is_a_loop {
            return known; // for lanes or for a timer, and nothing else
        }
        if !others.is_empty() && others.iter().all(|wait| is_join(wait)) {
            let joined = self.joined(lane, wait.places, piece);
            let mut unseen = joined.unseen;
            for task in joined.lanes {
                if self.is_alive(task, piece) && !known.lanes.contains(&task) {
                    known.lanes.push(task);
                }
                // A task may make its lane only in its first poll.
                unseen += usize::from(matches!(self.now(task, piece), Now::NotThere));
            }
            known.lanes.sort_unstable();
            known.words = unseen_in_words(unseen, known.lanes.is_empty());
            if others.iter().any(|wait| is_join_set(wait))
                && self.has_other_tasks(lane, &known.lanes, piece)
            {
                known.words = Some("others of its set, if any (not seen which)".into());
            }
            return known;
        }
        let by = match wait.until {
            Until::Lane(by) if by != lane => by,
            // Of a lock that is given back the wake tells more than this.
            _ => {
                known.words = lock_in_words(&others);
                return known;
            }
        };
        if known.lanes.contains(&by) {
            return known;
        }
        let name = &self.chart.rows[by].name;
        if is_passed_on(self.chart, by, lane, wait.to) {
            // Such as a task of a `LocalSet`: the lane that runs the set is woken to poll it.
            known.words = lock_in_words(&others);
            known.words.get_or_insert_with(|| format!("a wake of {name}, which is passed on"));
        } else if self.gives_the_lock(lane, wait, &others) && self.is_alive(by, piece) {
            known.lanes.push(by);
        } else {
            known.words = Some(format!("a wake by {name}"));
        }
        known
    }

    /// Whether there are tasks beside a lane that joins a set and those of the set that are named.
    /// They may be in the set: it shows only those that end while they are awaited.
    fn has_other_tasks(&self, lane: LaneId, named: &[LaneId], piece: &Piece) -> bool {
        let is_other = |other: LaneId| other != 0 && other != lane && !named.contains(&other);
        (0..self.chart.rows.len()).any(|other| {
            is_other(other)
                && self.chart.rows[other].owner_at(piece.after).is_none()
                && self.is_alive(other, piece)
        })
    }

    /// The tasks of an event loop for which a lane waits that runs the loop, or that has awaited
    /// them. If the loop has told of none: by which lane its lane is woken. None if it is woken by
    /// none.
    pub(super) fn waits_for_tasks(&self, lane: LaneId, piece: &Piece) -> Option<WaitsFor> {
        let told = |awaits: &&LoopAwait| awaits.from.by == lane && awaits.from.at <= piece.after;
        let LoopAwait { from, lanes, unseen, .. } = self.chart.awaits.iter().rfind(told)?;
        if !self.calls.runs_a_loop(lane) && !self.is_of_the_last_poll(lane, from.at, piece) {
            return None;
        }
        if lanes.is_empty() && *unseen == 0 {
            let words = self.a_wake_of_the_loop(lane, piece)?;
            return Some(WaitsFor { lanes: vec![], words: Some(words) });
        }
        let mut lanes = lanes.clone();
        lanes.retain(|task| self.is_alive(*task, piece));
        let words = unseen_in_words(*unseen, lanes.is_empty());
        Some(WaitsFor { lanes, words })
    }

    /// Whether a position is in the last poll of a lane that has begun before a piece ends.
    fn is_of_the_last_poll(&self, lane: LaneId, at: Position, piece: &Piece) -> bool {
        let spans = &self.chart.rows[lane].spans;
        let begun = spans.partition_point(|span| span.from < piece.after);
        let last = spans[..begun].iter().rfind(|span| span.state.is_poll());
        last.is_some_and(|poll| poll.from < at && at <= poll.to)
    }

    /// The lanes that a lane polls where it waits, and for which it waits, as far as they have not
    /// ended.
    fn polls_there(&self, lane: LaneId, places: &Places, piece: &Piece) -> Vec<LaneId> {
        let mut others = vec![];
        for wait in places.waits() {
            if let Some(other) = wait.lane
                && !wait.of_a_loop
                && !others.contains(&other)
            {
                others.push(other);
            }
        }
        // A set polls only those of its lanes that were woken, so not all of them are named.
        if places.waits().iter().any(is_set_of_futures) {
            others = self.lanes_inside(lane, piece);
        }
        others.retain(|other| self.is_alive(*other, piece));
        others
    }

    /// Whether a wake that ends a wait says that a lock was given back: the lane waits for nothing
    /// else that a lane could wake it for, and has the lock in its next poll, if there is one.
    fn gives_the_lock(&self, lane: LaneId, wait: &WholeWait<'c>, others: &[&Wait]) -> bool {
        let [only] = others else { return false };
        if only.on.as_deref() != Some("Mutex::lock") {
            return false;
        }
        let next = self.polls(lane).find(|(from, _)| *from >= wait.to);
        match next {
            // It waits where it did, and has not begun to wait anew: it was woken for nothing.
            Some((_, Some(places))) => {
                let is_there = beside_lanes(places).iter().any(|wait| is_the_same(wait, only));
                !is_there || places.registered() == Some(Registered::Now)
            }
            Some((_, None)) | None => true,
        }
    }

    /// The tasks whose ends a lane awaits at these places, which are all of that kind.
    ///
    /// A handle is not seen to belong to a task. But it is known how many handles are awaited, and
    /// each of them wakes the lane once, at the end of its task. So they belong to the next tasks
    /// that do so, as long as the lane awaits no others: in a loop that awaits one handle after the
    /// other, a poll registers for a new one.
    fn joined(&self, lane: LaneId, places: &Places, piece: &Piece) -> Joined {
        let here = beside_lanes(places);
        let is_a_set = here.iter().any(|wait| is_join_set(wait));
        let polls: Vec<(Position, Option<&Places>)> = self.polls(lane).collect();
        let now = polls.partition_point(|(from, _)| *from < piece.after);
        // Where it has registered: this may have been in an earlier poll.
        let mut first = now.saturating_sub(1);
        while first > 0
            && let (_, Some(places)) = polls[first]
            && places.registered() != Some(Registered::Now)
        {
            first -= 1;
        }
        let Some((begin, _)) = polls.get(first) else {
            return Joined { lanes: vec![], unseen: 0 };
        };
        let mut handles = count(&here);
        let mut lanes: Vec<LaneId> = vec![];
        let mut from = *begin;
        let last = self.chart.last_position();
        for nth in first + 1..=polls.len() {
            let (to, after) = match polls.get(nth) {
                Some((to, after)) => (*to, *after),
                None => (last, None),
            };
            let mut ended = self.ends_that_wake(lane, from, to);
            // No arrow is drawn within a poll. A lane that polls a `LocalSet` is woken in its poll
            // when a task of the set ends.
            if polls[nth - 1].1.is_some_and(runs_a_local_set) {
                ended.extend(self.end_in_the_poll_before(lane, to));
            }
            for task in ended {
                // A lane that it polls by itself is no task.
                let is_inside = polls[first..nth].iter().any(|(_, places)| names(*places, task));
                if (is_a_set || lanes.len() < handles) && !is_inside && !lanes.contains(&task) {
                    lanes.push(task);
                }
            }
            from = to;
            let Some(after) = after else { break };
            let there = beside_lanes(after);
            let is_here = |wait: &&Wait| here.iter().any(|here| is_the_same(here, wait));
            if there.is_empty() || !there.iter().all(is_here) {
                break; // it waits elsewhere
            }
            if after.registered() == Some(Registered::Now) {
                if !is_a_set && count(&there) > handles - lanes.len() {
                    break; // for handles that it has not awaited before
                }
                handles = lanes.len() + count(&there);
            }
        }
        let unseen = if is_a_set { 0 } else { handles.saturating_sub(lanes.len()) };
        Joined { lanes, unseen }
    }

    /// The lanes that wake a lane at their ends, after one position and up to another.
    fn ends_that_wake(&self, lane: LaneId, from: Position, to: Position) -> Vec<LaneId> {
        let wakes = &self.chart.wakes;
        let first = wakes.partition_point(|wake| wake.at <= from);
        let mut ended = vec![];
        for wake in wakes[first..].iter().take_while(|wake| wake.at <= to) {
            if wake.to == lane && has_ended_by(&self.chart.rows[wake.from], wake.at) {
                ended.push(wake.from);
            }
        }
        ended
    }

    /// The lane that has woken a lane at its end, in the poll before the one that begins at `next`.
    fn end_in_the_poll_before(&self, lane: LaneId, next: Position) -> Option<LaneId> {
        let spans = &self.chart.rows[lane].spans;
        let poll = spans.get(spans.partition_point(|span| span.from < next))?;
        match poll.woken {
            Some(Woken { by: Until::Lane(by), at, .. })
                if has_ended_by(&self.chart.rows[by], at) =>
            {
                Some(by)
            }
            _ => None,
        }
    }

    /// The polls of a lane: where each begins, and where the lane waits after it, if it does.
    fn polls(&self, lane: LaneId) -> impl Iterator<Item = (Position, Option<&'c Places>)> {
        let spans = &self.chart.rows[lane].spans;
        let polls = spans.iter().enumerate().filter(|(_, span)| span.state.is_poll());
        polls.map(|(nth, poll)| {
            let places = match spans.get(nth + 1) {
                Some(next) if !next.places.waits().is_empty() => &next.places,
                _ => &poll.stopped,
            };
            (poll.from, if places.waits().is_empty() { None } else { Some(places) })
        })
    }
}

/// The places at which a lane waits for something that is neither a timer nor a lane that it polls.
fn beside_lanes(places: &Places) -> Vec<&Wait> {
    let mut others = vec![];
    for wait in places.waits() {
        let is_set = is_set_of_futures(wait) || is_local_set(wait);
        if wait.lane.is_none() && !is_timer(wait) && !is_set {
            others.push(wait);
        }
    }
    others
}

/// Whether a lane is polled at one of these places.
fn names(places: Option<&Places>, lane: LaneId) -> bool {
    match places {
        Some(places) => places.waits().iter().any(|wait| wait.lane == Some(lane)),
        None => false,
    }
}

/// Whether a lane runs an event loop at one of these places: the driver of a loop has no name.
fn runs_a_loop(places: &Places) -> bool {
    let has_no_name = |wait: &Wait| wait.on.is_none() && wait.lane.is_none();
    places.waits().iter().any(|wait| wait.of_a_loop || has_no_name(wait))
}

/// Whether a lane runs a `LocalSet` at one of these places.
fn runs_a_local_set(places: &Places) -> bool {
    places.waits().iter().any(is_local_set)
}

/// Whether the lane runs a `LocalSet` there: it is woken to poll the tasks of the set, and does not
/// wait for these.
pub(super) fn is_local_set(wait: &Wait) -> bool {
    wait.on.as_deref() == Some("RunUntil")
}

/// How many handles of tasks are awaited there.
fn count(waits: &[&Wait]) -> usize {
    waits.iter().map(|wait| wait.handles).sum()
}

/// Whether two waits are at one place for the same.
fn is_the_same(one: &Wait, other: &Wait) -> bool {
    one.on == other.on && one.place == other.place && one.chain == other.chain
}

/// How many tasks are awaited that are not among the lanes that are named; `only` says that there
/// are no such lanes.
fn unseen_in_words(unseen: usize, only: bool) -> Option<String> {
    let more = if only { "" } else { " more" };
    match unseen {
        0 => None,
        1 => Some(format!("1{more} task (not seen which)")),
        unseen => Some(format!("{unseen}{more} tasks (not seen which)")),
    }
}

/// Whether a lane has ended by a position.
pub(super) fn has_ended_by(row: &Row, at: Position) -> bool {
    row.ends_at() <= at && *row.how_it_ended() != End::Unfinished
}

/// Whether the end of a task is waited for.
pub(super) fn is_join(wait: &Wait) -> bool {
    wait.on.as_deref() == Some("JoinHandle") || is_join_set(wait)
}

/// Whether it is the end of any task of a set. The set registers one waker for all of them.
fn is_join_set(wait: &Wait) -> bool {
    wait.on.as_deref() == Some("JoinSet::join_next")
}

/// What is said of a lock or a permit that no lane gives back, as in a deadlock: only the wake
/// would show which lane has it. None if none of these is one.
fn lock_in_words(waits: &[&Wait]) -> Option<String> {
    for wait in waits {
        match wait.on.as_deref() {
            Some("Mutex::lock" | "RwLock") => return Some("a lock (holder not seen)".into()),
            Some("Semaphore::acquire") => return Some("a permit (holders not seen)".into()),
            _ => {}
        }
    }
    None
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
