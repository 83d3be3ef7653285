//! The timers of a lane, and when each is due.
//!
//! A recording has where a lane waits, and what ended that wait. It has no event for a timer: not
//! where it is set, not where it is dropped, and none if its time is changed. So a timer is proved
//! by the waits of its lane:
//!
//! | the lane | its timers |
//! |---|---|
//! | waits | those at the places where it waits |
//! | is woken, and not polled yet | the same, without the one that has woken it |
//! | is polled without a wake, and waits on where it did | those of that wait, which goes on |
//! | is polled in any other way | that of a `timeout`, if the lane inside it is the same after it |
//!
//! In any other poll a timer may be dropped at any moment, and a new one set in the same line, as a
//! `sleep` in a loop is: nothing tells the two apart.
//!
//! When a timer is due is proved by its wake. Of several timers in one wait that is the first one.
//! The time of a `timeout` cannot be changed, so the wake that ends a later wait proves it for an
//! earlier one, too; and so it does where only polls come between that change nothing, see `again`.
use super::{
    due::Due,
    kinds::is_timer,
    lists::are_the_same,
    reader::{Reader, stopped},
    waited::WholeWait,
};
use crate::timeline::{LaneId, Places, Span, State, Until, Wait, Woken};

/// What a wait for the timer of a `timeout` is called.
const TIMEOUT: &str = "timeout";

impl<'c> Reader<'c> {
    /// The timers for which a lane waits.
    pub(super) fn timers_of(&self, lane: LaneId, wait: &WholeWait<'_>) -> Vec<Due> {
        let mut dues = vec![];
        let mut timers = self.count_timers(wait.places);
        if wait.until == Until::Clock && (timers > 0 || self.calls.are_unknown()) {
            dues.push(self.due(lane, wait.to));
            timers = timers.saturating_sub(1);
        } else if timers == 1 {
            // A poll that changes nothing leaves the timer as it was.
            let end = self.end_after_such_polls(lane, wait);
            let due = match end.filter(|end| end.until == Until::Clock) {
                Some(end) => Some(self.due(lane, end.to)),
                None => self.due_after(lane, wait),
            };
            if let Some(due) = due {
                return vec![due];
            }
        }
        dues.extend(vec![Due::NotKnown; timers]);
        dues
    }

    /// The timers of a lane that was woken and is not polled yet. `span` is the time since the wake
    /// or, if there is none, what the lane did before it.
    pub(super) fn timers_left(&self, lane: LaneId, span: &'c Span, woken: Woken) -> Vec<Due> {
        let places = stopped(span);
        let wait = WholeWait { until: woken.by, to: woken.at, places };
        let mut dues = self.timers_of(lane, &wait);
        if woken.by == Until::Clock && !dues.is_empty() {
            dues.remove(0); // it is the first, and has fired
        }
        dues
    }

    /// The timers that a lane has from the beginning of a poll to its end.
    pub(super) fn timers_in_poll(&self, lane: LaneId, poll: &Span) -> Vec<Due> {
        let spans = &self.chart.rows[lane].spans;
        let nth = spans.partition_point(|span| span.from < poll.from);
        let Some(before) = nth.checked_sub(1).map(|nth| &spans[nth]) else { return vec![] };
        let Some(after) = self.wait_after_poll(lane, nth) else { return vec![] };
        let goes_on = poll.state == State::RunningUnwoken
            && are_the_same(stopped(before), after.places)
            && matches!(before.state, State::Waiting(_) | State::RunningUnwoken);
        if goes_on {
            return self.timers_of(lane, &after);
        }
        if !has_the_same_timeout(stopped(before), after.places) {
            return vec![];
        }
        match self.timers_of(lane, &after)[..] {
            [due] => vec![due],
            _ => vec![Due::NotKnown],
        }
    }

    /// When the only timer of a wait is due, if something else has ended that wait: a later wait
    /// with the same timer tells.
    fn due_after(&self, lane: LaneId, wait: &WholeWait<'_>) -> Option<Due> {
        let spans = &self.chart.rows[lane].spans;
        let mut places = wait.places;
        let mut from = wait.to;
        loop {
            let begun = spans.partition_point(|span| span.from < from);
            let next = begun + spans[begun..].iter().position(|span| span.state.is_poll())?;
            let later = self.wait_after_poll(lane, next)?;
            if !has_the_same_timeout(places, later.places) || self.count_timers(later.places) != 1 {
                return None;
            }
            if later.until == Until::Clock {
                return Some(self.due(lane, later.to));
            }
            places = later.places;
            from = later.to.max(spans[next].to);
        }
    }

    /// The wait after a poll, which is the span of this number; none if the lane ends in it, or
    /// returns an item.
    pub(super) fn wait_after_poll(&self, lane: LaneId, nth: usize) -> Option<WholeWait<'c>> {
        let spans = &self.chart.rows[lane].spans;
        let poll = &spans[nth];
        let wait = match spans.get(nth + 1) {
            Some(next) if matches!(next.state, State::Waiting(_)) => self.whole_wait(lane, next)?,
            // It was woken in its poll.
            Some(next) if !next.state.is_poll() => {
                let until = next.woken.map_or(Until::Unwoken, |woken| woken.by);
                WholeWait { until, to: next.from, places: &next.places }
            }
            _ => self.whole_wait(lane, poll)?,
        };
        if wait.places.waits().is_empty() { None } else { Some(wait) }
    }

    /// How many timers there are at these places. An event loop tells of its own timers, and then
    /// only those of tokio's are counted.
    fn count_timers(&self, places: &Places) -> usize {
        let is_seen = |wait: &&Wait| wait.timer || self.calls.are_unknown() && is_timer(wait);
        places.waits().iter().filter(is_seen).count()
    }
}

/// Whether there is one `timeout` at some places, and the same one at others: it polls the same
/// lane, which it owns.
fn has_the_same_timeout(places: &Places, others: &Places) -> bool {
    match (owned_by_a_timeout(places), owned_by_a_timeout(others)) {
        (Some(lane), Some(other)) => lane == other,
        _ => false,
    }
}

/// The one lane at these places that a `timeout` owns, if there is one `timeout` only.
fn owned_by_a_timeout(places: &Places) -> Option<LaneId> {
    let waits = places.waits();
    let timeouts = waits.iter().filter(|wait| wait.on.as_deref() == Some(TIMEOUT)).count();
    let mut owned = waits.iter().filter(|wait| wait.in_timeout);
    match (owned.next(), owned.next()) {
        (Some(only), None) if timeouts == 1 => only.lane,
        _ => None,
    }
}
