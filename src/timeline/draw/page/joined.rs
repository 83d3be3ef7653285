//! For which tasks a lane waits that awaits their ends, by a `JoinHandle` or a `JoinSet`.
//!
//! No handle is seen to belong to a task. The ends that wake the lane tell which tasks it awaits.
use super::{
    kinds::{beside_lanes, is_join_set, is_local_set, is_the_same},
    now::Now,
    reader::Reader,
    waited::{WaitsFor, unseen_in_words},
};
use crate::timeline::{
    End, LaneId, Places, Position, Registered, Row, Until, Wait, Woken, draw::pieces::Piece,
};

/// The tasks whose ends a lane awaits.
struct Joined {
    /// Those that have woken it at their ends, or will.
    lanes: Vec<LaneId>,
    /// How many others there are. What there is in a `JoinSet` is not known, and not counted.
    unseen: usize,
}

impl Reader<'_> {
    /// The tasks whose ends a lane awaits at these places, where a piece ends; and `lanes`, which
    /// it polls there.
    pub(super) fn waits_for_ends(
        &self,
        lane: LaneId,
        mut lanes: Vec<LaneId>,
        places: &Places,
        piece: &Piece,
    ) -> WaitsFor {
        let joined = self.joined(lane, places, piece);
        let mut unseen = joined.unseen;
        for task in joined.lanes {
            if self.is_alive(task, piece) && !lanes.contains(&task) {
                lanes.push(task);
            }
            // A task may make its lane only in its first poll.
            unseen += usize::from(matches!(self.now(task, piece), Now::NotThere));
        }
        lanes.sort_unstable();
        let is_of_a_set = beside_lanes(places).iter().any(|wait| is_join_set(wait));
        let words = if is_of_a_set && self.has_other_tasks(lane, &lanes, piece) {
            Some("others of its set, if any (not seen which)".into())
        } else {
            unseen_in_words(unseen, lanes.is_empty())
        };
        WaitsFor { lanes, words }
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
}

/// Whether a lane is polled at one of these places.
fn names(places: Option<&Places>, lane: LaneId) -> bool {
    match places {
        Some(places) => places.waits().iter().any(|wait| wait.lane == Some(lane)),
        None => false,
    }
}

/// Whether a lane runs a `LocalSet` at one of these places.
fn runs_a_local_set(places: &Places) -> bool {
    places.waits().iter().any(is_local_set)
}

/// How many handles of tasks are awaited there.
fn count(waits: &[&Wait]) -> usize {
    waits.iter().map(|wait| wait.handles).sum()
}

/// Whether a lane has ended by a position.
pub(super) fn has_ended_by(row: &Row, at: Position) -> bool {
    row.ends_at() <= at && *row.how_it_ended() != End::Unfinished
}
