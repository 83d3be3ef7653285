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
//! A lane that has given way waits for its next turn. Of any other wait the wake is told, in words;
//! and if no lane is seen to end it, what the lane awaits there, such as a connection. If the lane
//! may have gone on from these places, only a wake is told: its sentence says that it is not seen
//! for what it waits. An event loop polls its tasks. The lane that runs the loop waits for one of
//! them, or for those that the coroutine of that one awaits.
use super::{
    kinds::{beside_lanes, is_join, is_set_of_futures, is_the_same},
    reader::{Reader, join},
};
use crate::timeline::{
    LaneId, LoopAwait, Places, Position, Registered, Until, Wait,
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
        let is_not_seen = self.may_have_gone_on(wait.places, &there);
        if is_not_seen {
            known = WaitsFor::default(); // the lane may wait for something else by now
        }
        let others = beside_lanes(wait.places);
        let is_a_loop = wait.places.waits().iter().any(|wait| wait.of_a_loop);
        if others.is_empty() && !is_a_loop {
            return known; // for lanes or for a timer, and nothing else
        }
        if !others.is_empty() && others.iter().all(|wait| is_join(wait)) {
            return self.waits_for_ends(lane, known.lanes, wait.places, piece);
        }
        let by = match wait.until {
            Until::Lane(by) if by != lane && !known.lanes.contains(&by) => by,
            // Of a lock that is given back the wake tells more than this.
            _ => {
                known.words = lock_in_words(&others);
                if known.words.is_none() && !is_not_seen {
                    known.words = self.awaited_in_words(&others, wait.places);
                }
                return known;
            }
        };
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

    /// What a lane waits for that no lane is seen to end, such as a connection that another program
    /// makes: by the names that its sentence has for it.
    fn awaited_in_words(&self, waits: &[&Wait], places: &Places) -> Option<String> {
        let mut names = vec![];
        for wait in waits {
            let Some(name) = self.awaited(wait, places) else { continue };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() { None } else { Some(join(&names)) }
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

    /// The polls of a lane: where each begins, and where the lane waits after it, if it does.
    pub(super) fn polls(
        &self,
        lane: LaneId,
    ) -> impl Iterator<Item = (Position, Option<&'c Places>)> {
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

/// Whether a lane runs an event loop at one of these places: the driver of a loop has no name.
fn runs_a_loop(places: &Places) -> bool {
    let has_no_name = |wait: &Wait| wait.on.is_none() && wait.lane.is_none();
    places.waits().iter().any(|wait| wait.of_a_loop || has_no_name(wait))
}

/// How many tasks are awaited that are not among the lanes that are named; `only` says that there
/// are no such lanes.
pub(super) fn unseen_in_words(unseen: usize, only: bool) -> Option<String> {
    let more = if only { "" } else { " more" };
    match unseen {
        0 => None,
        1 => Some(format!("1{more} task (not seen which)")),
        unseen => Some(format!("{unseen}{more} tasks (not seen which)")),
    }
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
