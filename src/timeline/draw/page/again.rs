//! Polls that change nothing: a lane is polled once more, and waits as it did.
//!
//! The wake of a lane says only that something may have changed. `FuturesUnordered` wakes its lane
//! when it has polled each of its futures once; a lane that polls two others may have polled both
//! when the wake of one of them arrives. A reader who is told that the lane “goes on” looks for
//! what it does, and a wait that is said to end with such a wake does not end there. So these polls
//! are told in other words, where the recording proves that the wait is the same:
//!
//! | after the poll the lane waits at the same places, and | since |
//! |---|---|
//! | what it waits for has kept its waker | nothing that is over keeps one |
//! | it was woken for a lane inside it, which it has not polled | its own wakers were not called |
//! | it waits for timers only, and a lane has woken it | only the clock ends such a wait |
//!
//! Where a lane waits for the ends of several tasks at one place, each of them changes something.
use super::{
    joined::has_ended_by,
    kinds::is_join,
    lists::are_the_same,
    reader::{Reader, stopped},
    waited::WholeWait,
};
use crate::timeline::{
    LaneId, Registered, Span, Until, Woken,
    draw::pieces::{Piece, is_passed_on},
};

impl<'c> Reader<'c> {
    /// Whether a poll changes nothing: the lane waits after it as before, and does nothing in it.
    pub(super) fn changes_nothing(&self, lane: LaneId, poll: &Span) -> bool {
        let spans = &self.chart.rows[lane].spans;
        let nth = spans.partition_point(|span| span.from < poll.from);
        let Some(before) = nth.checked_sub(1).map(|before| &spans[before]) else { return false };
        let Some(woken) = self.woken_for(lane, poll) else { return false };
        let Until::Lane(by) = woken.by else { return false };
        let Some(after) = self.wait_after_poll(lane, nth) else { return false };
        let waits = after.places.waits();
        if !are_the_same(stopped(before), after.places) || waits.iter().any(|wait| wait.of_a_loop) {
            return false;
        }
        // It takes what the task has returned, and may wait for others of that kind. A lane that it
        // polls itself is no task.
        let is_task = !self.chart.is_inside(by, lane, woken.at);
        let is_of_task = is_task && has_ended_by(&self.chart.rows[by], woken.at);
        if is_of_task && waits.iter().any(is_join) {
            return false;
        }
        let of_poll = |piece: &&Piece| piece.lane == lane && piece.poll == poll.from;
        let mut pieces = self.order.iter().filter(of_poll);
        let (Some(only), None) = (pieces.next(), pieces.next()) else { return false };
        let does_nothing = only.deeds.is_empty() && only.aborted.is_empty();
        if !does_nothing || self.polled_inside(lane, only).is_some() {
            return false;
        }
        let is_kept =
            matches!(after.places.registered(), Some(Registered::Kept | Registered::Earlier));
        let is_of_an_inner = by != lane && is_passed_on(self.chart, by, lane, woken.at);
        let has_only_timers = by != lane && waits.iter().all(|wait| wait.timer);
        is_kept || is_of_an_inner || has_only_timers
    }

    /// The end of a wait, if polls that change nothing come before that end.
    pub(super) fn end_after_such_polls(
        &self,
        lane: LaneId,
        wait: &WholeWait<'_>,
    ) -> Option<WholeWait<'c>> {
        self.ends_after_such_polls(lane, wait).pop()
    }

    /// Where the parts of a wait end that begin with polls that change nothing, in order. The last
    /// of them is the end of the wait.
    pub(super) fn ends_after_such_polls(
        &self,
        lane: LaneId,
        wait: &WholeWait<'_>,
    ) -> Vec<WholeWait<'c>> {
        let spans = &self.chart.rows[lane].spans;
        let mut ends: Vec<WholeWait<'c>> = vec![];
        loop {
            let (until, to) = match ends.last() {
                Some(end) => (end.until, end.to),
                None => (wait.until, wait.to),
            };
            if !matches!(until, Until::Lane(by) if by != lane) {
                return ends;
            }
            let begun = spans.partition_point(|span| span.from < to);
            let Some(next) = spans[begun..].iter().position(|span| span.state.is_poll()) else {
                return ends;
            };
            if !self.changes_nothing(lane, &spans[begun + next]) {
                return ends;
            }
            let Some(mut later) = self.wait_after_poll(lane, begun + next) else { return vec![] };
            later.to = later.to.max(spans[begun + next].to);
            ends.push(later);
        }
    }

    /// Whether a lane has been polled between a wake of it and a poll of the lane around it.
    pub(super) fn has_run_since(&self, inner: LaneId, woken: Woken, poll: &Span) -> bool {
        let polls = self.chart.rows[inner].spans.iter().filter(|span| span.state.is_poll());
        polls.into_iter().any(|span| woken.at <= span.from && span.from < poll.from)
    }

    /// The lane around that of a piece whose poll ends with this piece, and which has woken itself
    /// in that poll. No piece of its own shows that.
    pub(super) fn wakes_itself_around(&self, piece: &Piece) -> Option<LaneId> {
        let later = &self.order[self.number(piece) + 1..];
        self.around(piece).into_iter().find(|outer| {
            let spans = &self.chart.rows[*outer].spans;
            let begun = spans.partition_point(|span| span.from < piece.poll);
            let (Some(poll), Some(next)) = (spans[..begun].last(), spans.get(begun)) else {
                return false;
            };
            // Other lanes may be polled in it after this one.
            let goes_on = |other: &Piece| poll.from <= other.poll && other.poll < poll.to;
            match next.woken {
                Some(Woken { by: Until::Lane(by), at, .. }) => {
                    by == *outer && poll.from <= at && !later.iter().any(goes_on)
                }
                _ => false,
            }
        })
    }
}
